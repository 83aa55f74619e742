"""The shared page's parts: what is read, what a late viewer is shown, and that everything has a bound."""

import asyncio
import gzip
import json
import stat
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.ids import AgentId, ContactId
from cordpair_gateway.shared import page as pages
from cordpair_gateway.shared.frames import MOST, Batch, Other, TooLarge, read, read_hello
from cordpair_gateway.shared.kept import KeptPages
from cordpair_gateway.shared.outbox import Outbox, Slow
from cordpair_gateway.shared.page import SharedPage
from cordpair_gateway.shared.picture import Picture
from gateway.rrweb import batch, change, full, message, meta, texts

CONTACT = ContactId("r-c1")


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize(
    "text",
    ["", "hello", "[]", "7", '{"type": 7}', '{"events": []}', '{"type": "events", "events": 7}',
     '{"type": "events", "events": [7]}', '{"type": "events", "events": [{"type": 3}]}',
     '{"type": "events", "events": [{"type": 7, "timestamp": 1}]}',
     '{"type": "events", "events": [{"type": "3", "timestamp": 1}]}',
     '{"type": "events", "events": [{"type": 3, "timestamp": 1}, {"type": 99, "timestamp": 1}]}',
     '{"type": "stop", "reason": 7}', '{"type": "events", "events": [' + "[" * 9_999],
)  # fmt: skip
def test_what_is_none_of_rrwebs_is_not_read(text) -> None:
    assert read(text) is None


def test_events_are_kept_as_they_came_and_nothing_beside_them() -> None:
    said = read('{"type": "events", "secret": "planted", "events": [{"type": 3, "timestamp": 1, "data": {"a":  [1]}}]}')
    assert isinstance(said, Batch)
    assert said.frame() == b'{"type":"events","events":[{"type": 3, "timestamp": 1, "data": {"a":  [1]}}]}'


def test_more_events_than_a_message_may_have() -> None:
    assert len(batch(*[change()] * MOST).events) == MOST
    with pytest.raises(TooLarge):
        batch(*[change()] * (MOST + 1))


def test_where_a_picture_begins() -> None:
    assert batch(change(), change()).start is None
    assert batch(change(), meta(), full(), change()).start == 1
    assert batch(full(), change(), full()).start == 2
    assert batch(meta(), full(), change(), meta(), full()).start == 3


def test_other_messages() -> None:
    assert read('{"type": "snapshot"}') == Other("snapshot")
    assert read('{"type": "stop", "reason": "too_large"}') == Other("stop", "too_large")
    hello = read_hello('{"type": "hello", "token": "t"}')
    assert hello is not None and (hello.token, hello.contact) == ("t", "")
    assert read_hello('{"type": "hello", "token": 7}') is None and read_hello('{"type": "stop"}') is None


# ---------------------------------------------------------------- what a late viewer is shown


def test_the_last_picture_and_everything_since() -> None:
    picture = Picture()
    for each in (batch(change("lost")), batch(change("old"), meta("m1"), full("p1"), change("a")), batch(change("b"))):
        assert not picture.add(each)
    assert [texts(frame) for frame in picture.frames] == [["m1", "p1", "a"], ["b"]]
    picture.add(batch(change("c"), meta("m2"), full("p2")))
    assert [texts(frame) for frame in picture.frames] == [["m2", "p2"]]


def test_a_picture_gets_the_size_that_came_before_it() -> None:
    picture = Picture()
    picture.add(batch(meta("m")))
    picture.add(batch(full("p"), change("a")))
    assert [texts(frame) for frame in picture.frames] == [["m", "p", "a"]]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=60))
def test_it_is_bounded_and_whole_or_nothing(steps) -> None:
    picture, most = Picture(tail_bytes=2_000, tail_events=20), 0
    for number, (is_full, size) in enumerate(steps):
        each = batch(meta("m"), full(f"{number}")) if is_full else batch(change("x" * size), change(f"{number}"))
        outgrown = picture.add(each)
        assert not (outgrown and picture.whole)
        if picture.whole:
            assert texts(picture.frames[0])[0] == "m" and texts(picture.frames[-1])[-1] == f"{number}"
        most = max(most, sum(map(len, picture.frames)))
    assert most <= 2_000 + 600


# ---------------------------------------------------------------- sending


class Line:
    """Takes a frame when it may."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.free = asyncio.Event()
        self.free.set()
        self.stuck = 0
        self.aborted = False
        self.news = asyncio.Condition()

    async def send(self, frame: bytes) -> None:
        self.stuck = len(frame)
        await self.free.wait()
        self.stuck = 0
        self.sent.append(frame)
        async with self.news:
            self.news.notify_all()

    def unsent(self) -> int:
        return self.stuck

    def abort(self) -> None:
        self.aborted = True

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(lambda: len(self.sent) >= count)


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)  # sleep: everybody's turn


async def test_in_order_and_bounded() -> None:
    line, caught_up = Line(), []
    outbox = Outbox(line, 10, lambda: caught_up.append(len(line.sent)))
    sending = asyncio.create_task(outbox.run())
    line.free.clear()
    outbox.put(b"1" * 9)
    await turns()
    for _ in range(3):
        outbox.put(b"2" * 4)  # the third is too much
    assert outbox.behind
    outbox.put(b"3")
    line.free.set()
    await line.until(1)
    await turns()
    assert line.sent == [b"1" * 9] and caught_up[0] == 1
    outbox.begin([b"new", b"beginning"])  # whole in itself: it may be larger than what waits otherwise
    await turns()
    sending.cancel()


async def test_a_beginning_that_is_too_large_is_tried_again_with_the_next() -> None:
    line = Line()
    outbox = Outbox(line, 10)
    outbox.begin([b"x" * 11])
    assert outbox.behind
    outbox.begin([b"small"])
    outbox.finish(b"end")
    await outbox.run()
    assert line.sent == [b"end"] and not line.aborted


async def test_after_the_end_nothing_is_sent_and_nothing_unsent_goes_out() -> None:
    line = Line()
    outbox = Outbox(line, 100)
    sending = asyncio.create_task(outbox.run())
    line.free.clear()
    outbox.put(b"on the way")
    await turns()
    outbox.put(b"waits")
    outbox.finish(b"stop")
    outbox.put(b"late")
    assert line.aborted  # with what the transport held
    line.free.set()
    await sending
    assert line.sent == [b"on the way", b"stop"]


async def test_who_takes_nothing_is_dropped(monkeypatch) -> None:
    monkeypatch.setattr("cordpair_gateway.shared.outbox.SEND_S", 0.01)
    line = Line()
    line.free.clear()
    outbox = Outbox(line, 100)
    outbox.put(b"x")
    with pytest.raises(Slow):
        await outbox.run()


# ---------------------------------------------------------------- one page


class End:
    """One end of a page, with its line."""

    def __init__(self, page: SharedPage, most: int = 100_000) -> None:
        self.line = Line()
        self.outbox = Outbox(self.line, most, lambda: page.resume(self.outbox))
        self.sending = asyncio.create_task(self.outbox.run())

    def saw(self) -> list[str]:
        return [text for frame in self.line.sent for text in texts(frame)]

    def heard(self) -> list[str]:
        return [json.loads(frame)["type"] for frame in self.line.sent]


@pytest.fixture
async def page():
    made = SharedPage(CONTACT, AgentId("ann"), "web-1")
    yield made
    made.stop("ended")


async def test_a_late_viewer_gets_picture_and_tail_and_then_what_comes(page) -> None:
    first = End(page)
    page.watch(first.outbox)
    page.relay(batch(meta("m"), full("p")))
    page.relay(batch(change("a")))
    late = End(page)
    page.watch(late.outbox)
    page.relay(batch(change("b")))
    await turns()
    assert first.saw() == late.saw() == ["m", "p", "a", "b"]


async def test_one_who_looks_before_there_is_a_picture_waits_for_it(page) -> None:
    customer, viewer = End(page), End(page)
    page.open(customer.outbox)
    page.watch(viewer.outbox)
    page.relay(batch(change("of no picture")))
    await customer.line.until(1)
    page.relay(batch(meta("m"), full("p")))
    await turns()
    assert customer.heard() == ["snapshot"] and viewer.saw() == ["m", "p"]


async def test_a_tail_that_grew_too_long_asks_for_a_new_picture(page, monkeypatch) -> None:
    monkeypatch.setattr(page, "_picture", Picture(tail_events=3))
    customer, viewer = End(page), End(page)
    page.open(customer.outbox)
    page.watch(viewer.outbox)
    page.relay(batch(meta("m"), full("p")))
    for name in "abcd":
        page.relay(batch(change(name)))
    await customer.line.until(1)
    assert customer.heard() == ["snapshot"] and viewer.saw() == ["m", "p", *"abcd"]  # who looks misses nothing
    late = End(page)
    page.watch(late.outbox)
    page.relay(batch(change("e")))
    page.relay(batch(meta("m2"), full("p2"), change("f")))
    await turns()
    assert late.saw() == ["m2", "p2", "f"] and viewer.saw()[-4:] == ["e", "m2", "p2", "f"]


async def test_a_slow_viewer_loses_the_tail_and_begins_anew_and_the_other_notices_nothing(page) -> None:
    slow, quick = End(page, most=800), End(page)
    for viewer in (slow, quick):
        page.watch(viewer.outbox)
    page.relay(batch(meta("m"), full("p")))
    await quick.line.until(1)
    slow.line.free.clear()
    for number in range(20):
        page.relay(batch(change(f"{number}")))
        await turns()
    assert slow.outbox.behind
    page.relay(batch(meta("m2"), full("p2")))
    slow.line.free.set()
    await turns()
    page.relay(batch(change("last")))
    await turns()
    assert slow.saw()[:2] == ["m", "p"] and slow.saw()[-3:] == ["m2", "p2", "last"]
    assert quick.saw() == ["m", "p", *map(str, range(20)), "m2", "p2", "last"]


async def test_a_customer_is_not_asked_again_and_again(page, monkeypatch) -> None:
    monkeypatch.setattr(pages, "ASK_S", 0.2)
    customer = End(page)
    page.open(customer.outbox)
    loop, at = asyncio.get_running_loop(), list[float]()
    for _ in range(3):
        page.want_picture()
        await customer.line.until(len(at) + 1)
        at.append(loop.time())
        for _ in range(50):
            page.want_picture()
    assert all(later - earlier > 0.15 for earlier, later in pairwise(at))
    page.relay(batch(meta(), full()))  # it is here: nobody needs another
    assert page._asking is None


async def test_when_it_stops_nothing_is_left_and_nothing_passes(page) -> None:
    customer, viewer = End(page), End(page)
    page.open(customer.outbox)
    page.watch(viewer.outbox)
    page.relay(batch(meta("m"), full("p")))
    viewer.line.free.clear()
    await turns()
    page.relay(batch(change("waits")))
    page.stop("customer")
    page.relay(batch(change("late")))
    viewer.line.free.set()
    await asyncio.gather(customer.sending, viewer.sending)
    assert viewer.line.aborted and not page._picture.frames
    assert viewer.saw() == ["m", "p"] and json.loads(viewer.line.sent[-1]) == {"type": "stop", "reason": "customer"}
    late = End(page)
    page.watch(late.outbox)
    await turns()
    assert late.line.sent == []


# ---------------------------------------------------------------- what is kept


def lines(path) -> list[str]:
    return [
        text for line in gzip.decompress(path.read_bytes()).splitlines() for text in texts(b'{"events":[%b]}' % line)
    ]


async def test_what_the_policy_keeps(tmp_path) -> None:
    kept = KeptPages(tmp_path / "c.db.pages")
    for name in ("a", "b"):  # two consents
        page = SharedPage(CONTACT, AgentId("ann"), "web-1", kept.of(CONTACT))
        page.relay(batch(meta(f"m{name}"), full("p")))
        page.relay(batch(change(name)))
        page.stop("customer")
        page.relay(batch(change("late")))
    await kept.close()
    (path,) = (tmp_path / "c.db.pages").iterdir()
    assert (path.name, lines(path)) == ("r-c1.jsonl.gz", ["ma", "p", "a", "mb", "p", "b"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert kept.waiting == 0


async def test_one_event_is_one_line_however_it_was_written(tmp_path) -> None:
    kept = KeptPages(tmp_path)
    said = read(json.dumps(json.loads(message(change("a"), change("b"))), indent=2))
    assert isinstance(said, Batch)
    keeps = kept.of(CONTACT)
    keeps.add(said)
    keeps.close()
    await kept.close()
    assert lines(tmp_path / "r-c1.jsonl.gz") == ["a", "b"]


@pytest.mark.parametrize("bounds", [{"most": 400}, {"largest": 400}])
async def test_a_disk_that_cannot_follow_costs_the_recording_only(tmp_path, caplog, bounds) -> None:
    kept = KeptPages(tmp_path, **bounds)
    page = SharedPage(CONTACT, AgentId("ann"), "web-1", kept.of(CONTACT))
    viewer = End(page)
    page.watch(viewer.outbox)
    page.relay(batch(meta("m"), full("p")))
    for number in range(9):
        page.relay(batch(change(f"{number}")))
    await turns()
    page.stop("customer")
    await kept.close()
    assert viewer.saw() == ["m", "p", *map(str, range(9))]
    assert caplog.text.count("no longer kept") == 1 and lines(tmp_path / "r-c1.jsonl.gz")[:2] == ["m", "p"]


async def test_a_directory_that_cannot_be_written(tmp_path, caplog) -> None:
    (tmp_path / "file").write_text("")
    kept = KeptPages(tmp_path / "file" / "pages")
    keeps = kept.of(CONTACT)
    keeps.add(batch(change()))
    await kept.close()
    await turns()
    keeps.add(batch(change()))
    assert caplog.text.count("no longer kept") == 1
