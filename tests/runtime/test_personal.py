"""What routing needs of personal data is derived, the rest is filed."""

from cordpair.acd.configuration import Configuration, Queue, Service
from cordpair.acd.events import ConnectionEnded, ContactArrived, ContactConnected, ContactDisposed
from cordpair.acd.inputs import Caller, LegArrived, LegRinging, PlaceCall, SendDigits, WebArrived
from cordpair.acd.model import Connection, ContactRow, State
from cordpair.ids import AgentId, ContactId, LegId, NodeId, OfferId, QueueId, ServiceId, VisitId
from cordpair.runtime import MemoryRecords
from cordpair.runtime.digits import Digits
from cordpair.runtime.personal import Personal

NODE, LEG, CONTACT = NodeId("n1"), LegId("l1"), ContactId("c1")
ANN = AgentId("ann")


def configuration(sticky_ms: int = 0) -> Configuration:
    queue = Queue(QueueId("q"), sticky_ms=sticky_ms)
    service = Service(ServiceId("s"), QueueId("q"), variables=("CUSTOMER",))
    return Configuration(revision=1, queues=(queue,), services=(service,))


def arrived(number: str = "+49301") -> LegArrived:
    return LegArrived(LEG, NODE, "1", 5, caller=Caller(number), variables={"CUSTOMER": "7", "OTHER": "x"})


class Noting(MemoryRecords):
    def put(self, contact, at_ms, caller, variables) -> None:
        super().put(contact, at_ms, caller, variables)
        self.variables = dict(variables)


def test_only_variables_of_the_service_are_kept() -> None:
    records = Noting()
    personal = Personal(records)
    _, taken = personal.strip(arrived(), configuration())
    event = ContactArrived(CONTACT, NODE, "voice", 5, leg=LEG, service=ServiceId("s"))
    personal.keep(taken, [event], 5, State())
    assert records.variables == {"CUSTOMER": "7"}


def test_the_last_agent_is_derived_where_a_queue_is_sticky() -> None:
    records = MemoryRecords()
    personal = Personal(records)
    _, taken = personal.strip(arrived(), configuration(1_000))
    personal.keep(taken, [ContactArrived(CONTACT, NODE, "voice", 5, leg=LEG)], 5, State())
    personal.keep([], [ContactConnected(CONTACT, VisitId("v1"), OfferId("o1"), ANN, 5)], 6, State())
    again, _ = personal.strip(arrived(), configuration(1_000))
    assert isinstance(again, LegArrived)
    assert again.last_agent == ANN
    plain, _ = personal.strip(arrived(), configuration())
    assert isinstance(plain, LegArrived)
    assert plain.last_agent is None
    other, _ = personal.strip(arrived("+49302"), configuration(1_000))
    assert isinstance(other, LegArrived)
    assert other.last_agent is None


def test_other_inputs_pass_as_they_are() -> None:
    given = LegRinging(LEG)
    assert Personal(MemoryRecords()).strip(given, configuration())[0] is given


def test_memory_records_are_bounded() -> None:
    records = MemoryRecords(keep=2)
    for number in range(4):
        contact = ContactId(f"c{number}")
        records.put(contact, 0, Caller(str(number)), {})
        records.connected(contact, ANN, 0, QueueId("q"))
    assert records.record(ContactId("c1")) is None
    last = records.record(ContactId("c3"))
    assert last is not None and last.caller == Caller("3")
    assert records.last_agent("1") is None
    assert records.last_agent("3") == ANN


def test_what_a_portal_tells_of_its_customer_is_filed_and_not_journaled() -> None:
    records = Noting()
    personal = Personal(records)
    given = WebArrived("web-1", NODE, "audio", 5, caller=Caller("c-7", "Ann"), variables={"page": "/checkout"})
    stripped, taken = personal.strip(given, configuration())
    assert stripped == WebArrived("web-1", NODE, "audio", 5)
    event = ContactArrived(CONTACT, NODE, "voice", 5, context_id="web-1", media="audio")
    personal.keep(taken, [event], 5, State())
    record = records.record(CONTACT)
    assert record is not None
    assert (record.variables, record.caller) == ({"page": "/checkout"}, Caller("c-7", "Ann"))


def test_a_conversation_is_filed_with_its_queue_and_its_length() -> None:
    class Noted(MemoryRecords):
        said: tuple[object, ...] = ()

        def connected(self, contact, agent, at_ms, queue) -> None:
            self.said += (contact, agent, at_ms, queue)

        def talked(self, contact, agent, talk_ms) -> None:
            self.said += (contact, agent, talk_ms)

        def disposed(self, contact, agent, disposition) -> None:
            self.said += (contact, agent, disposition)

    records = Noted()
    talk = Connection(ANN, 0, OfferId("o1"), QueueId("q"), 5, 1, 0)
    state = State(contacts={CONTACT: ContactRow(CONTACT, NODE, "voice", 1, connection=talk)})
    personal = Personal(records)
    personal.keep([], [ContactConnected(CONTACT, VisitId("v1"), OfferId("o1"), ANN, 5)], 6, state)
    personal.keep([], [ConnectionEnded(CONTACT, ANN, 90, "caller")], 96, State())
    personal.keep([], [ContactDisposed(CONTACT, ANN, "solved")], 97, State())
    assert records.said == (CONTACT, ANN, 6, "q", CONTACT, ANN, 90, CONTACT, ANN, "solved")


def test_digits_are_taken_off_whoever_brings_them() -> None:
    digits = Digits()
    given = SendDigits(ContactId("c1"), AgentId("ann"), "4711#")
    found, _ = Personal(MemoryRecords(), digits).strip(given, configuration())
    assert isinstance(found, SendDigits) and found.digits == "00000"
    assert (digits.take(found.kept), digits.take(found.kept)) == ("4711#", "")


def test_of_the_number_that_an_agent_calls_its_shape_is_left() -> None:
    records = MemoryRecords()
    personal = Personal(records)
    given = PlaceCall("k", ANN, QueueId("q"), 5, Caller("+49 30x", "Ada"))
    stripped, taken = personal.strip(given, configuration())
    assert stripped == PlaceCall("k", ANN, QueueId("q"), 5, Caller("+00?00?"))
    personal.keep(taken, [ContactArrived(CONTACT, NODE, "voice", 5, key="k", placed_by=ANN)], 5, State())
    record = records.record(CONTACT)
    assert record is not None and record.caller == Caller("+49 30x", "Ada")


def test_a_call_that_was_not_placed_is_filed_nowhere() -> None:
    records = MemoryRecords()
    personal = Personal(records)
    _, taken = personal.strip(PlaceCall("k", ANN, QueueId("q"), 5, Caller("1")), configuration())
    personal.keep(taken, [ContactArrived(CONTACT, NODE, "chat", 5, key="k")], 5, State())
    assert records.record(CONTACT) is None
