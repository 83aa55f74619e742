"""What routing needs of personal data is derived, the rest is filed."""

from cordpair.acd.configuration import Configuration, Queue, Service
from cordpair.acd.events import ContactArrived, ContactConnected
from cordpair.acd.inputs import Caller, LegArrived, LegRinging, WebArrived
from cordpair.ids import AgentId, ContactId, LegId, NodeId, OfferId, QueueId, ServiceId, VisitId
from cordpair.runtime import MemoryRecords
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
    personal.keep(taken, [event], 5)
    assert records.variables == {"CUSTOMER": "7"}


def test_the_last_agent_is_derived_where_a_queue_is_sticky() -> None:
    records = MemoryRecords()
    personal = Personal(records)
    _, taken = personal.strip(arrived(), configuration(1_000))
    personal.keep(taken, [ContactArrived(CONTACT, NODE, "voice", 5, leg=LEG)], 5)
    personal.keep([], [ContactConnected(CONTACT, VisitId("v1"), OfferId("o1"), ANN, 5)], 6)
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
        records.connected(contact, ANN, 0)
    assert records.caller(ContactId("c1")) is None
    assert records.caller(ContactId("c3")) == Caller("3")
    assert records.last_agent("1") is None
    assert records.last_agent("3") == ANN


def test_what_a_portal_tells_of_its_customer_is_filed_and_not_journaled() -> None:
    records = Noting()
    personal = Personal(records)
    given = WebArrived("web-1", NODE, "audio", 5, caller=Caller("c-7", "Ann"), variables={"page": "/checkout"})
    stripped, taken = personal.strip(given, configuration())
    assert stripped == WebArrived("web-1", NODE, "audio", 5)
    event = ContactArrived(CONTACT, NODE, "voice", 5, context_id="web-1", media="audio")
    personal.keep(taken, [event], 5)
    assert records.variables == {"page": "/checkout"} and records.caller(CONTACT) == Caller("c-7", "Ann")
