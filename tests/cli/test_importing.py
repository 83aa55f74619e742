"""Centres of app_queue and mod_callcenter, brought here: what is written is right, what is not is said."""

import re

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from cordpair.cli.importing import import_callcenter, import_queues
from cordpair.config import Config, parse
from cordpair.config.model import Assignment, Step
from cordpair.errors import ConfigurationError

QUEUES = """\
[general]
persistentmembers = yes
shared_lastcall=no

[common](!)            ; a template
musicclass = waltz
timeout = 20
ringinuse = no
joinempty = yes

[sales](common)
strategy = rrmemory    ; round and round
wrapuptime => 15
weight=5
maxlen = 40
autopause = yes
announce-frequency = 45
member => PJSIP/101,0,Ann Example
member => PJSIP/102,3,Bob "the | Voice" Müller
member => Local/9@agents/n,5,Cid,PJSIP/103,no,30

[support](common)
strategy = ringall
timeout = 0
leavewhenempty = strict
wrapuptime = soon
defaultrule = opening
colour = green
member => PJSIP/101,1,Ann Example
member => DAHDI/g1/5551234,9
;--
member => PJSIP/666
--;
#include queues_more.conf
"""

RULES = """\
[opening]
penaltychange => 30,+4
penaltychange => 60,10,2
"""

GOLDEN = """\
[pbx.main]
url = "asterisk+ari://cordpair@127.0.0.1:8088/"
password = { env = "CORDPAIR_ARI_PASSWORD" }

[skills]
sales-rank = "app_queue's penalty in sales: 10 for the lowest"
support-rank = "app_queue's penalty in support: 10 for the lowest"

[queues.sales]
strategy = "best_skill"
steps = [{ levels = { sales-rank = 5 } }]
offer_timeout = "20s"
wrap_up = "15s"
max_length = 40
music = "waltz"

[queues.support]
strategy = "ring_all"
steps = [{ levels = { support-rank = 10 } }, { after = "1m" }]
offer_timeout = "1s"
on_no_agent_signed_in = { hang_up = "normal" }
on_no_agent_ready = { hang_up = "normal" }
music = "waltz"

[services.sales]
queue = "sales"
dialled = ["sales"]

[services.support]
queue = "support"
dialled = ["support"]

[seats.101]
endpoint = "101"

[seats.102]
endpoint = "102"

[seats.103]
endpoint = "103"

[agents.Ann-Example]
shown_as = "Ann Example"
seat = "101"
skills = { sales-rank = 10, support-rank = 10 }
queues = { sales = { offset = "5m" }, support = {} }

[agents.Bob-the-Voice-M-ller]
shown_as = "Bob \\"the | Voice\\" Müller"
seat = "102"
skills = { sales-rank = 7 }
queues = { sales = { offset = "5m" } }

[agents.Cid]
shown_as = "Cid"
seat = "103"
skills = { sales-rank = 5 }
queues = { sales = { offset = "5m", wrap_up = "30s" } }

[agents.5551234]
skills = { support-rank = 2 }
queues = { support = {} }

[misses]
limit = 1
"""

NOTES = [
    (0, "autopause is not the same in all queues"),
    (3, '[general] shared_lastcall = "no": wrap-up holds in all queues, always'),
    (11, "penalties: of equal ones the longest idle is chosen, not by round_robin"),
    (14, "[sales] weight = 5 is a head start of 300 s here"),
    (17, '[sales] announce-frequency = "45": callers are not told'),
    (18, 'agent "Ann Example" is called Ann-Example here'),
    (19, "is called Bob-the-Voice-M-ller here"),
    (24, '[support] timeout = "0" is 1 s here'),
    (25, "hung up on"),
    (25, "one rule, for who comes and who waits already"),
    (26, 'wrapuptime: "soon" is no number of seconds'),
    (27, "penalties: QUEUE_MAX_PENALTY is taken to be 1 at first"),
    (27, 'queuerules.conf:3: "60,10,2": only the maximum'),
    (28, '[support] colour = "green": is unknown'),
    (30, 'agent 5551234: "DAHDI/g1/5551234" is no phone'),
    (34, '"#include queues_more.conf" is not understood'),
]


def said(notes, expected) -> None:
    left = sorted(notes)
    for line, words in expected:
        found = [note for note in left if note.line == line and words in note.text]
        assert found, (line, words, left)
        left.remove(found[0])
    assert left == []


def test_queues_conf() -> None:
    draft = import_queues(QUEUES, RULES)
    assert draft.text() == GOLDEN
    assert parse(draft.text()).warnings != ()  # an agent without a seat
    said(draft.notes, NOTES)


def test_the_same_twice() -> None:
    assert import_queues(QUEUES, RULES).notes == import_queues(QUEUES, RULES).notes


def centre(text: str, rules: str = "") -> Config:
    return parse(import_queues(text, rules).text()).config


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("ringall", "ring_all"), ("leastrecent", "longest_idle"), ("fewestcalls", "fewest_calls"), ("random", "random"),
        ("rrmemory", "round_robin"), ("rrordered", "round_robin"), ("linear", "top_down"), ("wrandom", "random"),
        ("RINGALL", "ring_all"), ("nonsense", "ring_all"), ("", "ring_all"),
    ],
)  # fmt: skip
def test_strategies(theirs, ours) -> None:
    assert centre(f"[q]\nstrategy = {theirs}\nmember => SIP/1").queues["q"].strategy == ours


@pytest.mark.parametrize(
    ("keys", "rules"),
    [
        ("", (False, False)),
        ("joinempty = yes\nleavewhenempty = no", (False, False)),
        ("joinempty = no", (True, True)),
        ("leavewhenempty = yes", (True, True)),
        ("joinempty = loose\nleavewhenempty = loose", (True, False)),
        ("joinempty = unavailable,invalid", (True, False)),
        ("leavewhenempty = paused", (True, True)),
    ],
)
def test_empty_queues(keys, rules) -> None:
    queue = centre(f"[q]\n{keys}\nmember => SIP/1").queues["q"]
    assert (queue.on_no_agent_signed_in is not None, queue.on_no_agent_ready is not None) == rules


def test_penalties_that_ring_all_are_rung_one_after_the_other() -> None:
    queue = centre("[q]\ntimeout=10\nmember=>SIP/1,0\nmember=>SIP/2,1\nmember=>SIP/3,7").queues["q"]
    assert queue.steps == (Step(0, {"q-rank": 10}), Step(15_000, {"q-rank": 9}), Step(30_000, {}))


def test_penalties_too_far_apart_keep_their_order() -> None:
    config = centre("[q]\nstrategy=leastrecent\nmember=>SIP/1,5\nmember=>SIP/2,50\nmember=>SIP/3,500")
    assert [agent.skills["q-rank"] for agent in config.agents.values()] == [10, 9, 8]
    assert config.queues["q"].steps == (Step(0, {"q-rank": 8}),)


def test_no_penalties_no_skill() -> None:
    config = centre("[q]\nmember=>SIP/1\nmember=>SIP/2")
    assert not config.skills
    assert config.agents["1"].queues == {"q": Assignment()}


def test_nobody_is_made_not_ready_where_there_is_no_autopause() -> None:
    assert centre("[q]\nmember=>SIP/1").misses.limit == 1_000


def test_the_keys_that_a_small_php_call_centre_sets() -> None:
    """Each is in the result or is said, but those that are always so here."""
    text = """\
[general]
persistentmembers = yes
[calls]
strategy = random
timeout = 60
retry = 10
wrapuptime = 15
joinempty = yes
leavewhenempty = no
ringinuse = no
autopause = yes
reportholdtime = yes
announce-position = yes
announce-holdtime = yes
announce-frequency = 45
periodic-announce-frequency = 30
setinterfacevar = yes
setqueueentryvar = yes
setqueuevar = yes
"""
    draft = import_queues(text)
    queue = parse(draft.text()).config.queues["calls"]
    assert (queue.strategy, queue.offer_timeout, queue.wrap_up, queue.max_length) == ("random", 60_000, 15_000, None)
    assert (queue.on_no_agent_signed_in, queue.on_no_agent_ready, draft.misses.limit) == (None, None, 1)
    assert [note.line for note in draft.notes] == list(range(12, 20))


CALLCENTER = b"""\
<configuration name="callcenter.conf">
  <settings><param name="dbname" value="/dev/shm/cc.db"/></settings>
  <queues>
    <queue name="support@default">
      <param name="strategy" value="round-robin"/>
      <param name="moh-sound" value="$${hold_music}"/>
      <param name="record-template" value="/tmp/a.wav"/>
      <param name="time-base-score" value="system"/>
      <param name="max-wait-time" value="600"/>
      <param name="max-wait-time-with-no-agent" value="30"/>
      <param name="tier-rules-apply" value="true"/>
      <param name="tier-rule-wait-second" value="45"/>
      <param name="tier-rule-wait-multiply-level" value="true"/>
      <param name="abandoned-resume-allowed" value="true"/>
    </queue>
    <queue name="sales@default">
      <param name="strategy" value="ring-progressively"/>
      <param name="ring-progressively-delay" value="8"/>
    </queue>
  </queues>
  <agents>
    <agent name="1000@default" type="callback" contact="[leg_timeout=10]user/1000@default" status="Available"
      max-no-answer="3" wrap-up-time="10" reject-delay-time="12" busy-delay-time="60"/>
    <agent name="1001@default" type="callback" contact="user/1001@default" max-no-answer="5" busy-delay-time="60"/>
    <agent name="far" type="uuid-standby" contact="sofia/gateway/x/5551234"/>
  </agents>
  <tiers>
    <tier agent="1000@default" queue="support@default" level="1" position="1"/>
    <tier agent="1001@default" queue="support@default" level="2" position="2"/>
    <tier agent="far" queue="support@default" level="3"/>
    <tier agent="1000@default" queue="sales@default"/>
    <tier agent="ghost" queue="sales@default"/>
    <tier agent="far" queue="nowhere"/>
  </tiers>
</configuration>
"""

GOLDEN_CALLCENTER = """\
[pbx.main]
url = "freeswitch+esl://127.0.0.1:8021/"
password = { env = "CORDPAIR_ESL_PASSWORD" }

[skills]
"support@default-tier" = "mod_callcenter's level in support@default: 10 for the first"

[queues."support@default"]
strategy = "round_robin"
steps = [{ levels = { "support@default-tier" = 10 } }, { after = "1m30s", levels = { "support@default-tier" = 9 } }, { after = "2m15s" }]
max_wait = "10m"
on_no_agent_signed_in = { hang_up = "normal" }
no_agent_after = "30s"

[queues."sales@default"]
strategy = "ring_progressively"
progress = "8s"

[services."support@default"]
queue = "support@default"
dialled = ["support@default"]

[services."sales@default"]
queue = "sales@default"
dialled = ["sales@default"]

[seats.1000]
endpoint = "1000"

[seats.1001]
endpoint = "1001"

[agents."1000@default"]
seat = "1000"
skills = { "support@default-tier" = 10 }
queues = { "support@default" = {}, "sales@default" = {} }
wrap_up = "10s"

[agents."1001@default"]
seat = "1001"
skills = { "support@default-tier" = 9 }
queues = { "support@default" = {} }

[agents.far]
skills = { "support@default-tier" = 8 }
queues = { "support@default" = {} }

[misses]
reject_delay = "12s"
busy_delay = "1m"
"""  # noqa: E501

CALLCENTER_NOTES = [
    (0, "max-no-answer is not the same for all agents: the least is taken, 3"),
    (0, "positions in tiers"),
    (0, 'tiers of queue "nowhere"'),
    (2, '"dbname"'),
    (6, "moh-sound"),
    (7, '"record-template" = "/tmp/a.wav": calls are not recorded'),
    (14, '"abandoned-resume-allowed" = "true": who calls again begins anew'),
    (16, 'a tier names agent "ghost"'),
    (22, "its variables are left out"),
    (22, "agents sign in by themselves"),
    (25, 'contact "sofia/gateway/x/5551234": is no user'),
    (25, 'type "uuid-standby"'),
]


def test_callcenter() -> None:
    draft = import_callcenter(CALLCENTER)
    assert draft.text() == GOLDEN_CALLCENTER
    parse(draft.text())
    said(draft.notes, CALLCENTER_NOTES)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ],
)
def test_what_is_no_xml_of_that_kind_is_refused(content) -> None:
    with pytest.raises(ConfigurationError):
        import_callcenter(content)


WORDS = st.sampled_from(
    [
        "[", "]", "(!)", "(", ")", "[q]", "[q](q)", "[q](+)", "\n", "[general]",
        "=", "=>", ";", ";--", "--;", ",", "'", '"',
        "\\", "member => ", "PJSIP/", "SIP/1", "Local/1@x", "strategy=", "linear", "timeout=", "weight=", "maxlen=",
        "99999999999", "-1", "٣", "joinempty=", "defaultrule=r", "[r]", "penaltychange=>",
        "+5", "wrapuptime = ", "\x00",
        "\ud800", "\u2028", "{{", "musicclass=", "queue\tx", "#exec rm",
    ]
)  # fmt: skip
TEXTS = st.lists(WORDS | st.text(max_size=5), max_size=60).map("".join)


@given(TEXTS, TEXTS)
@example("[q]\n\x00member=>SIP/1\x1b[2J", "")
@example("[q]\nmember=>SIP/1,1\nmember=>SIP/1,2,x\nmember=>SIP/2,1,x", "")
def test_whatever_is_in_the_file_the_result_passes_the_check(text, rules) -> None:
    draft = import_queues(text, rules)
    parse(draft.text())
    assert all(note.text.isprintable() for note in draft.notes)
    assert all(0 <= note.line <= text.count("\n") + 1 for note in draft.notes)


VALUES = st.sampled_from(["", "q", "a", "1", "0", "-3", "99999999999", "true", "ring-all", "user/1", "x y", "٣"])
ATTRIBUTES = st.sampled_from(
    ["name", "value", "agent", "queue", "level", "position", "contact", "wrap-up-time", "type"]
)
PARAMS = st.sampled_from(["strategy", "moh-sound", "max-wait-time", "tier-rules-apply", "tier-rule-wait-second", "zz"])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["queue", "agent", "tier", "settings", "X-PRE-PROCESS", "b"]),
            st.dictionaries(ATTRIBUTES, VALUES),
            st.dictionaries(PARAMS, VALUES),
        ),
        max_size=12,
    )
)
def test_whatever_is_in_the_xml_the_result_passes_the_check(elements) -> None:
    body = ""
    for name, fields, params in elements:
        inner = "".join(f'<param name="{key}" value="{value}"/>' for key, value in params.items())
        given = " ".join(f'{key}="{value}"' for key, value in fields.items())
        body += f"<{name} {given}>{inner}</{name}>\n"
    draft = import_callcenter(f"<c>{body}</c>".encode())
    parse(draft.text())
    assert all(note.text.isprintable() for note in draft.notes)


@given(st.binary(max_size=300))
def test_any_bytes(content) -> None:
    try:
        parse(import_callcenter(content).text())
    except ConfigurationError as error:
        assert "XML" in str(error) or "document type" in str(error)


def test_templates_do_not_grow_without_end() -> None:
    lines = ["[a0](!)\n" + "x = 1\n" * 100] + [f"[a{n}](!,a{n - 1},a{n - 1})\n" for n in range(1, 60)]
    assert import_queues("".join(lines) + "[q](a59)\nmember=>SIP/1").queues.keys() == {"q"}


def test_the_command(cordpair, tmp_path) -> None:
    theirs, rules, ours = tmp_path / "queues.conf", tmp_path / "queuerules.conf", tmp_path / "cordpair.toml"
    theirs.write_bytes(QUEUES.replace("\n", "\r\n").encode() + b"; \xff\n")
    rules.write_text(RULES)
    result = cordpair("import", "queues.conf", theirs, "--rules", rules)
    assert result.exit_code == 0
    assert result.stdout == GOLDEN
    assert re.search(r"queues\.conf:28: \[support\] colour", result.stderr)
    ours.write_text(result.stdout)
    assert cordpair("check", ours).exit_code == 0
    (tmp_path / "cc.xml").write_bytes(CALLCENTER)
    assert cordpair("import", "callcenter", tmp_path / "cc.xml").stdout == GOLDEN_CALLCENTER
    wrong = cordpair("import", "callcenter", theirs)
    assert wrong.exit_code == 1
    assert "is not XML" in wrong.output
    assert cordpair("import", "queues.conf", tmp_path / "none").exit_code == 1
