"""Who watches gets what was committed, or is told that it was too much."""

from cordpair.acd.inputs import TimerDue
from cordpair.journal import Entry
from cordpair.runtime.subscriptions import Subscriptions


def entry(seq: int) -> Entry:
    return Entry(seq, 0, TimerDue(), ())


async def test_entries_come_in_order_once() -> None:
    subscriptions = Subscriptions()
    subscription = subscriptions.add()
    for seq in (1, 2):
        subscriptions.publish(entry(seq))
    assert await subscription.changed()
    assert [each.seq for each in subscription.take().entries] == [1, 2]
    assert subscription.take() == ((), False)


async def test_a_slow_one_is_told_to_look_again_and_holds_nothing() -> None:
    subscriptions = Subscriptions()
    slow, quick = subscriptions.add(bound=2), subscriptions.add(bound=10)
    for seq in range(1, 6):
        subscriptions.publish(entry(seq))
    assert slow.take() == ((), True)
    assert len(quick.take().entries) == 5
    subscriptions.publish(entry(6))
    assert slow.take() == ((entry(6),), False)


async def test_the_end_is_told() -> None:
    subscriptions = Subscriptions()
    subscription, gone = subscriptions.add(), subscriptions.add()
    subscriptions.remove(gone)
    subscriptions.publish(entry(1))
    subscriptions.close()
    assert await subscription.changed()
    assert len(subscription.take().entries) == 1
    assert not await subscription.changed()
