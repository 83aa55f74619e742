"""One timer, at the next deadline."""

from cordpair.runtime.timer import Timer


async def test_it_fires_at_the_deadline_as_it_is_then(clock) -> None:
    start = clock.now_ms()
    deadline: list[int | None] = [start + 100]
    fired: list[int] = []

    def fire() -> None:
        fired.append(clock.now_ms() - start)
        deadline[0] = None

    timer = Timer(clock, lambda: deadline[0], fire)
    timer.look()
    deadline[0] = start + 50  # earlier
    timer.look()
    assert timer.armed_at == start + 50
    deadline[0] = start + 80  # later: noticed when the timer runs
    timer.look()
    await clock.advance(200)
    assert fired == [80]
    assert clock.next_due() is None


async def test_a_deadline_that_vanished_does_not_fire(clock) -> None:
    deadline: list[int | None] = [clock.now_ms() + 10]
    fired: list[int] = []
    timer = Timer(clock, lambda: deadline[0], lambda: fired.append(1))
    timer.look()
    deadline[0] = None
    timer.look()
    await clock.advance(20)
    assert fired == []


async def test_a_cancelled_timer_does_not_fire(clock) -> None:
    fired: list[int] = []
    timer = Timer(clock, lambda: 0, lambda: fired.append(1))
    timer.look()
    timer.cancel()
    await clock.advance(20)
    assert fired == []
