"""What an operator gets wrong is said once, with the key and what to do."""

import pytest

from cordpair.config import InvalidConfiguration, Severity, load, parse
from cordpair.errors import ConfigurationError

BASE = """
[pbx.main]
url = "loopback:"
[skills]
german = ""
billing = ""
[queues.billing]
[queues.general]
[services.line]
queue = "billing"
dialled = "4711"
[seats.101]
endpoint = "101"
[agents.anna]
seat = "101"
skills = { german = 5 }
queues = { billing = {}, general = {} }
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidConfiguration) as raised:
        parse(text, "x.toml")
    assert all(problem.severity is Severity.ERROR for problem in raised.value.problems)
    return [str(problem) for problem in raised.value.problems]


CALLS = "[calls]\nqueue = 'billing'\nnumbers = {region = 'DE'}\n"


def warnings(text: str) -> list[str]:
    return [str(problem) for problem in parse(text).warnings]


def test_the_base_is_right() -> None:
    assert warnings(BASE) == []


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("[queus.x]\n", 'queus: unknown key; did you mean "queues"?'),
        ("[queues.x]\nwrapup = 5", 'queues.x.wrapup: unknown key; did you mean "wrap_up"?'),
        ("[cell]\nzone = 5", "cell.zone: unknown key; there are: name"),
        ("[cell]\nname = 'Main Street'", 'cell.name: must be 1 to 32 small letters, digits or "-", a letter or digit'),
        ("[queues.x]\nmax_length = 'ten'", 'queues.x.max_length: must be a whole number, not "ten"'),
        ("[queues.x]\nmax_length = true", "queues.x.max_length: must be a whole number, not true"),
        ("[queues.x]\nmax_length = 0", "queues.x.max_length: must be from 1 to 1000000, not 0"),
        (
            "[queues.x]\nmax_wait = 'soon'",
            'queues.x.max_wait: must be a duration such as "90s", "5m" or "1h30m", or a number of seconds; not "soon"',
        ),
        ("[queues.x]\noffer_timeout = 0", "queues.x.offer_timeout: must be from 1s to 10m, not 0"),
        ("[queues.x]\nmax_wait = 0", "queues.x.max_wait: nobody could wait; leave the key out for no limit"),
        ("[queues.x]\nmax_wait = nan", "queues.x.max_wait: must be a duration"),
        ("[queues.x]\nstrategy = 'longest_idel'", '"top_down", not "longest_idel"; did you mean "longest_idle"?'),
        (
            "[queues.x]\nsteps = [{}, {after = 1, levels = {german = 11}}]",
            "queues.x.steps[1].levels.german: must be from 1 to 10",
        ),
        ("[queues.x]\nsteps = [{levels = {germen = 1}}]", 'there is no skill "germen"; did you mean "german"?'),
        ("[queues.x]\nsteps = [{after = 5}]", "queues.x.steps[0].after: the first step applies at once: leave it out"),
        ("[queues.x]\nsteps = [{}, {after = 9}, {after = 5}]", "queues.x.steps[2].after: steps must come later and l"),
        ("[queues.x]\nsteps = [{}, {after = 5}, {after = 5}]", "queues.x.steps[2].after: steps must come later and l"),
        ("[queues.x]\nsteps = {}", "queues.x.steps: must be a list, not a table"),
        ("[queues.x]\non_full = {queue = 'bill'}", 'queues.x.on_full.queue: there is no queue "bill"'),
        ("[queues.x]\non_full = {service = 'lin'}", 'there is no service "lin"; did you mean "line"?'),
        ("[queues.x]\non_full = {}", "queues.x.on_full: must have exactly one of queue, service, hang_up; it has none"),
        (
            "[queues.x]\non_full = {queue = 'billing', hang_up = 'busy'}",
            "queues.x.on_full: must have exactly one of queue, service, hang_up; it has queue and hang_up",
        ),
        (
            "[queues.x]\non_full = {queue = 'billing', prompt = 'p'}",
            "queues.x.on_full.prompt: is played before hanging",
        ),
        ("[queues.x]\nexit_keys = {12 = {hang_up = 'busy'}}", "queues.x.exit_keys.12: must be one key of a telephone"),
        ("[queues.x]\noverflow = {queue = 'billing', percent = 0}", "must be more than 0 and at most 100, not 0"),
        ("[queues.x]\noverflow = {queue = 'billing'}", "queues.x.overflow.percent: is missing"),
        ("[queues.x]\nmedium = 'chat'\non_full = {queue = 'billing'}", "queue billing takes voice, not chat"),
        (
            "[queues.x]\noverflow = {queue = 'x', percent = 5}",
            "queues.x.overflow: leads round in a ring, without a wait",
        ),
        ("[queues.'a b']\n", 'queues."a b": must be 1 to 64 letters'),
        ("[services.two]\n", "services.two.queue: is missing"),
        ("[services.two]\nqueue = 'bil'", 'services.two.queue: there is no queue "bil"'),
        (
            "[services.two]\nqueue = 'billing'\ndialled = '4711'",
            "services.two: is never reached: services.line comes first and takes every such call",
        ),
        (
            "[services.two]\nqueue = 'billing'\ndialled = ['4711', '4712']\ncontexts = 'a'",
            'services.two.dialled: "4711" is taken by services.line, which comes first',
        ),
        ("[seats.102]\nendpoint = '101'", 'seats.102.endpoint: "101" is the endpoint of seats.101 already'),
        ("[seats.102]\nendpoint = '1 2'", "seats.102.endpoint: must be 1 to 128 characters without a space"),
        ("[seats.102]\nendpoint = '102'\nnode = 'mian'", 'there is no pbx "mian"; did you mean "main"?'),
        ("[agents.ben]\nseat = '10'", 'agents.ben.seat: there is no seat "10"; did you mean "101"?'),
        ("[agents.ben]\nskills = {germn = 3}", 'agents.ben.skills.germn: there is no skill "germn"'),
        ("[agents.ben]\nqueues = {bill = {}}", 'agents.ben.queues.bill: there is no queue "bill"'),
        ("[reasons]\na = {digit = '1'}\nb = {digit = '1'}", 'reasons.b.digit: "0441" means not_ready with reason a'),
        ("[reasons.a]\ndigit = 1", "reasons.a.digit: must be text in quotes, not 1"),
        ("[phones.codes]\nready = '011'", 'phones.codes.ready: "011" means sign_in already'),
        ("[no_service]\nqueue = 'billing'", "no_service: a call that no service takes can only be ended"),
        ("[pbx.two]\nurl = 'asterisk+ari://u@h/'", 'pbx.two.password: is missing; write { env = "NAME" }'),
        ("[pbx.two]\nurl = 'nothing'", "pbx.two.url: names no driver"),
        ("[pbx.two]\nurl = 'x://h:99999/'", "pbx.two.url: is not a URL"),
        ("[pbx.two]\nurl = 'loopback:'\npassword = {env = 'A'}", "pbx.two.url: takes no password"),
        ("[pbx.two]\nurl = 'x://u@h/'\npassword = {}", "pbx.two.password: must have exactly one of env, file"),
        ("[pbx.two]\nurl = 'loopback:'\npeers = {tree = 'x'}", 'pbx.two.peers.tree: there is no pbx "tree"'),
        ("[pbx.two]\nurl = 'loopback:'\npeers = {two = 'x'}", "pbx.two.peers.two: is the node itself"),
        ("[pbx.two]\nurl = 'loopback:'\naddress = 'sip:x@y'", "pbx.two.address: must be a host or host:port"),
        ("[prompts]\nready = ''", "prompts.ready: is empty"),
        ("[journal]\nsynchronous = 'off'", 'must be one of "full", "normal", not "off"'),
        ("[http]\nlisten = 1999-01-01", "http.listen: must be text in quotes, not a date or time"),
        ("[http]\ncertificate = 'a'", "http.certificate_key: is missing: a certificate and its key go together"),
        (
            "[http]\ntrusted_proxies = ['10.0.0.1/8']",
            "http.trusted_proxies[0]: is no network: 10.0.0.1/8 has host bits",
        ),
        ("[http]\ntrusted_proxies = ['proxy']", "http.trusted_proxies[0]: must be an address or a network"),
        (
            "[pbx.two]\nurl = 'loopback:'\ndoor = {url = 'http://h'}",
            "pbx.two.door.url: must be the address of a WebSocket",
        ),
        (
            "[pbx.two]\nurl = 'loopback:'\ndoor = {url = 'ws://h', key = {}}",
            "pbx.two.door.key: must have exactly one of",
        ),
        ("[seats.web]\nendpoint = 'w'\nbrowser = true", "gateway.url: is missing: the browser at seats.web"),
        (
            "[gateway]\nurl = 'https://h'\n[seats.web]\nendpoint = 'w;x'\nbrowser = true",
            "of a browser phone has letters",
        ),
        (
            "[pbx.two]\nurl = 'loopback:'\n[gateway]\nurl = 'https://h'\n[seats.web]\nendpoint = 'w'\nbrowser = true",
            "seats.web.node: is missing: of several PBXs",
        ),
        ("[seats.x]\nendpoint = 'a b'\naccount = true", "seats.x.endpoint: must be"),
        ("[seats.x]\nendpoint = 'a+b'\naccount = true", "seats.x.endpoint: of an account has letters"),
        (
            "[gateway]\nurl = 'https://h'\n[seats.x]\nendpoint = 'x'\naccount = true\nbrowser = true",
            "seats.x.account: is for other phones",
        ),
        (
            "[pbx.two]\nurl = 'loopback:'\n[seats.x]\nendpoint = 'x'\naccount = true",
            "seats.x.node: is missing: of several PBXs",
        ),
        (
            "[pbx.two]\nurl = 'loopback:'\n[seats]\nx = {endpoint = 'x', account = true, node = 'two'}\n"  # noqa: ISC004
            "y = {endpoint = 'x', account = true, node = 'main'}",
            "seats.y.endpoint: is the account of seats.x already",
        ),
        ("[pbx.two]\nurl = 'loopback:'\nphones = 'a b'", "pbx.two.phones: must be a host or host:port"),
        ("[pbx.two]\nurl = 'loopback:'\nphones = 'h;transport=sctp'", "pbx.two.phones: must be a host or host:port"),
        ("[agents.x]\nnumber = 'seven'", "agents.x.number: must be 1 to 10 digits"),
        ("[agents.x]\nnumber = '7'\n[agents.y]\nnumber = '7'", 'agents.y.number: "0117" means sign_in of agent x'),
        ("[agents.x]\nnumber = '1'\n[phones.codes]\nready = '0111'", 'agents.x.number: "0111" means ready already'),
        ("[queues.x]\non_no_show = {hang_up = 'busy'}", "queues.x.on_no_show: must have a queue"),
        ("[queues.x]\non_no_show = {queue = 'call'}", 'queues.x.on_no_show.queue: there is no queue "call"'),
        ("[queues.x]\non_no_show = {queue = 'billing'}", "queues.x.on_no_show.queue: queue billing takes calls"),
        ("[queues.x]\npops = [{url = 'https://{customer}.h/'}]", "queues.x.pops[0].url: must name its host"),
        ("[queues.x]\npops = [{url = 'https://h/{a{b}}'}]", "queues.x.pops[0].url: has a brace that is no placeholder"),
        (
            "[queues.x]\npops = [{url = 'https://h/?c={custmer}&n={name}'}]",
            'pops[0].url: nothing fills in {custmer}; did you mean "customer"?',
        ),
        ("[queues.x]\npops = [{url = 'https://h/?c={zz}'}]", "nothing fills in {zz}; there are: caller, contact,"),
        ("[queues.x]\npops = [{url = 'javascript:x'}]", "queues.x.pops[0].url: must be an address such as"),
        (
            "[gateway]\nurl = 'https://h'\n[sign_in.oidc]\nissuer = 'http://h'\nclient_id = 'c'",
            "must begin with https://",
        ),
        ("[sign_in.oidc]\nissuer = 'https://h'\nclient_id = 'c'", "gateway.url: is missing: who signs in elsewhere"),
        ("[portals.p]\norigins = ['https://h']", "gateway.url: is missing: customers of the portals"),
        (
            "[gateway]\nurl = 'https://h'\n[portals.p]\npages = {'/' = {}}\norigins = ['https://h']",
            "must have exactly one of service",
        ),
        ("[queue_log]\nfile = 'journal.db'", "queue_log.file: is the journal already"),
        ("[queue_log]\nfile = 'q'\ntable = 'q'", "queue_log.table: is queue_log.file already"),
        ("[queue_log]\nfile = ''", "queue_log.file: is empty"),
        ("[calls]\nqueue = 'generel'\nnumbers = {region = 'DE'}", 'calls.queue: there is no queue "generel"'),
        ("[calls]\nqueue = 'billing'", "calls.numbers.region: is missing: the country that numbers are of"),
        ("[calls.numbers]\nregion = 'UK'", 'calls.numbers.region: there is no country "UK"'),
        ("[calls.numbers]\nregion = 'Germany'", "calls.numbers.region: must be the two capital letters"),
        ("[calls.numbers]\ncountries = ['DE', 'XX']", 'calls.numbers.countries[1]: there is no country "XX"'),
        ("[calls.numbers]\nallow = ['0190-*']", "calls.numbers.allow[0]: must be a pattern of a number"),
        ("[calls.numbers]\nkinds = ['premium']", "calls.numbers.kinds[0]: must be one of"),
        ("[calls.numbers.rules]\nnational = {prefix = '0w'}", "calls.numbers.rules.national.prefix: must be what is"),
        ("[calls.trunks.x]\ndial = '{number}@t'", 'calls.trunks.x: there is no pbx "x"'),
        ("[calls.trunks.main]\ndial = 'PJSIP/t'", "calls.trunks.main.dial: must be an endpoint with {number}"),
        ("[calls.caller_ids]\nagents = {nobody = '+491'}", "calls.caller_ids.agents.nobody: there is no agent"),
        ("[calls.caller_ids]\ndefault = 'Anna'", "calls.caller_ids.default: must be a number such as"),
        ("[adapters.call_url]", "calls.queue: is missing: adapters.call_url places calls"),
        (CALLS + "[adapters.call_url]\npath = '/v1/calls'", "adapters.call_url.path: begins as ours do"),
        (CALLS + "[adapters.call_url]\npath = 'call.php'", "adapters.call_url.path: must be a path such as"),
        (CALLS + "[adapters.call_url]\nnetworks = ['10.0.0.1/8']", "adapters.call_url.networks[0]: is no network"),
        ("[calls]\nnetworks = ['10.0.0.1/8']", "calls.networks[0]: is no network"),
        (
            "[reasons.x]\n[adapters.callcenter]\npause_reason = 'y'",
            "adapters.callcenter.pause_reason: there is no reason",
        ),
        ("[queues.q]\ndispositions = ['a', '']", "queues.q.dispositions[1]: has 1 to 64 characters that can be seen"),
        ("[adapters.cti]\nlisten = '0.0.0.0:5050'", "adapters.cti.certificate: is missing: the protocol's passwords"),
        ("[adapters.cti]\ncertificate = 'c.pem'", "adapters.cti.certificate_key: is missing"),
        (
            "[reasons.lunch]\n[adapters.cti]\npause_reason = 'lynch'",
            'adapters.cti.pause_reason: there is no reason "lyn',
        ),
        ("[adapters.cti]\nmacs = {'00:1a:2b:3c:4d:5e' = 'x'}", 'adapters.cti.macs."00:1a:2b:3c:4d:5e": there is no'),
        ("[adapters.callcenter]\nreport = 'journal.db'", "adapters.callcenter.report: is the journal already"),
        ("[webhooks.to.x]\nurl = 'ftp://x'\nsecret = {env = 'X'}", "webhooks.to.x.url: must be an address such as"),
        ("[webhooks.to.x]\nurl = 'http://x/'\nsecret = {}", "webhooks.to.x.secret: must have exactly one of env, file"),
        (
            "[webhooks.to.x]\nurl = 'http://x/'\nsecret = {env = 'X'}\nevents = ['x']",
            "webhooks.to.x.events[0]: must be",
        ),
        ("[webhooks.to.x]\nurl = 'http://x/'\nsecret = 'hush'", "webhooks.to.x.secret: a secret does not belong"),
        ("[reports]\nzone = 'Mars/Olympus'", 'reports.zone: "Mars/Olympus" is no time zone'),
        ("[reports]\nthreshold = 1.5", "reports.threshold: must be whole seconds"),
        ("[reports]\npath = 'journal.db'", "reports.path: is the journal already"),
        ("[reports.schedules.x]", "reports.schedules.x: goes nowhere"),
        ("[reports.schedules.x]\nto = ['a@b']", "smtp.host: is missing: reports.schedules.x is sent by mail"),
        (
            "[smtp]\nhost = 'h'\nsender = 'a@h'\n[reports.schedules.x]\nto = ['a@b', \"c@d\\r\\nBcc: e@f\"]",
            "reports.schedules.x.to[1]: ",
        ),
        ("[reports.schedules.x]\nwebhook = 'https://h'", "reports.schedules.x.secret: is missing"),
        ("[reports.schedules.x]\nwebhook = 'ftp://h'\nsecret = {env = 'S'}", "x.webhook: must be an address such as"),
        ("[smtp]\nhost = 'h'", "smtp.sender: is missing"),
        ("[smtp]\nuser = 'u'", "smtp.password: is missing"),
        ("[smtp]\nuser = 'u'\npassword = {env = 'P'}\ntls = 'off'", "smtp.tls: must be starttls or tls"),
        ("[timing]\nsettle = 10000000000000000000000000", "timing.settle: must be from 0s to 1m, not a huge number"),
    ],
)
def test_a_mistake_is_said_once_with_its_key(added, expected) -> None:
    (problem,) = problems(f"{BASE}\n{added}")
    assert expected in problem


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("[agents.ben]\nqueues = {general = {}}", "agents.ben: has no seat"),
        ("[seats.102]\nendpoint = '102'\n[agents.ben]\nseat = '102'", "agents.ben: works no queue"),
        ("[agents.ben]\nseat = '101'\nqueues = {general = {}}", "agents.ben.seat: is the seat of agents.anna too"),
        ("[queues.x]\n", "queues.x: no agent works it"),
        (
            '[queues.x]\n[services.x]\nqueue = "x"\n[calls]\nqueue = "x"\nnumbers = { region = "DE" }\n',
            "queues.x: no agent works it",
        ),
        ("[services.b]\nqueue = 'general'\nsteps = [{levels = {billing = 1}}]", "services.b.steps: no agent who works"),
        ("[queue_log]\ncallers = true", "queue_log.callers: has no effect"),
        ("[prompts]\nredy = 'x'", 'prompts.redy: nothing plays it; did you mean "ready"?'),
        ("[calls.numbers]\nallow = ['+*']", "calls.numbers.allow[0]: allows every number in the world"),
    ],
)
def test_what_is_allowed_but_odd_is_a_warning(added, expected) -> None:
    (warning,) = warnings(f"{BASE}\n{added}")
    assert expected in warning


def test_a_queue_for_placed_calls_needs_no_staff() -> None:
    calls = '[calls]\nqueue = "out"\nnumbers = { region = "DE" }\n[calls.trunks.main]\ndial = "{number}@x"\n'
    assert warnings(f"{BASE}\n[queues.out]\n{calls}") == []


def test_a_queue_that_nobody_can_serve_is_a_warning() -> None:
    text = BASE.replace("[queues.general]", "[queues.general]\nsteps = [{levels = {billing = 9}}]")
    (warning,) = warnings(text)
    assert "queues.general.steps: no agent who works general meets any of the steps" in warning
    assert warnings(text.replace("}}]", "}}, {after = 5}]")) == []


def test_rings() -> None:
    def two(first: str, second: str) -> str:
        return BASE.replace("[queues.general]", f"{second}\n[queues.general]\n{first}")

    slow = two("on_timeout = {queue = 'billing'}", "on_timeout = {queue = 'general'}")
    (warning,) = warnings(slow)
    assert "may be sent round for ever: billing → general → billing" in warning
    fast = two("on_full = {service = 'line'}", "on_no_agent_ready = {queue = 'general'}")
    (problem,) = problems(fast)
    assert "leads round in a ring, without a wait: billing → general → billing" in problem
    full = two("on_full = {queue = 'billing'}", "no_agent_after = 5\non_full = {queue = 'general'}")
    (problem,) = problems(full)
    assert "without a wait" in problem
    assert warnings(fast.replace("on_no_agent_ready", "no_agent_after = 5\non_no_agent_ready")) != []
    assert warnings(two("exit_keys = {1 = {queue = 'billing'}}", "on_full = {queue = 'general'}")) == []


def test_everything_is_said_at_once_and_consequences_are_not() -> None:
    found = problems(
        """
        [pbx]
        main = 5
        [skills]
        german = 7
        [queues.billing]
        max_wait = "long"
        steps = [{ levels = { german = "good" } }]
        [services.line]
        queue = 7
        [agents.anna]
        skills = { german = 3, englsh = 4 }
        seat = 12
        queues = 5
        """
    )
    keys = [problem.partition(": ")[0] for problem in found]
    assert keys == [
        "pbx.main",
        "skills.german",
        "queues.billing.steps[0].levels.german",
        "queues.billing.max_wait",
        "services.line.queue",
        "agents.anna.seat",
        "agents.anna.queues",
        "agents.anna.skills.englsh",
    ]


def test_a_password_is_refused_and_never_shown() -> None:
    for added in (
        "url = 'asterisk+ari://cordpair:hunter2@pbx/'",
        "url = 'asterisk+ari://pbx/?api_key=u:hunter2'",
        "url = 'asterisk+ari://cordpair@pbx/'\npassword = 'hunter2'",
        "url = 'asterisk+ari://cordpair@pbx/'\npassword = ['hunter2']",
    ):
        with pytest.raises(InvalidConfiguration) as raised:
            parse(f"{BASE}\n[pbx.two]\n{added}", "x.toml")
        assert "hunter2" not in str(raised.value)
        assert "secret" in str(raised.value)


def test_a_message_names_the_file_in_every_line_and_has_an_end() -> None:
    text = BASE + "\n".join(f"[queues.q{number}]\nx = 1" for number in range(200))
    with pytest.raises(InvalidConfiguration) as raised:
        parse(text, "x.toml")
    lines = str(raised.value).splitlines()
    assert len(raised.value.problems) == 200
    assert len(lines) == 51
    assert all(line.startswith("x.toml: ") for line in lines)
    assert lines[-1].endswith("and 150 more")


def test_what_is_no_toml_is_said_with_the_line() -> None:
    assert problems("[cell]\nname = \n") == ["is not TOML: Invalid value (at line 2, column 8)"]
    assert "nested too deeply" in problems("a = " + "[" * 100_000)[0]


def test_a_file_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: cannot be read: No such file"):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"# one\n# caf\xe9\n")
    with pytest.raises(ConfigurationError, match=r"latin\.toml: line 2 is not UTF-8"):
        load(tmp_path / "latin.toml")
    with (tmp_path / "huge.toml").open("wb") as file:
        file.truncate(17 << 20)
    with pytest.raises(ConfigurationError, match="larger than 16 MiB"):
        load(tmp_path / "huge.toml")


def test_what_fills_in_an_address() -> None:
    """A web site tells what it likes; a number of the PBX's is kept by a service."""
    pops = "[queues.x]\npops = [{url = 'https://h/?c={customer}&o={order}&v={VIP}'}]\n"
    (said,) = problems(BASE + pops)
    assert said.startswith("queues.x.pops[0].url: nothing fills in {order}")
    site = "[gateway]\nurl = 'https://h'\n[portals.p]\norigins = ['https://h']\npages = {'/' = {queue = 'x'}}\n"
    assert not any("pops" in each for each in warnings(BASE + pops + site))
    near = pops.replace("{order}", "{custommer}")
    assert any("did you mean" in each for each in warnings(BASE + near + site))
    kept = BASE.replace('dialled = "4711"', 'dialled = "4711"\nvariables = ["VIP", "order"]')
    assert parse(kept + pops).config.services["line"].variables == ("VIP", "order")
