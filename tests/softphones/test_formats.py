"""What softphones are given to read: whole, in their own words, and safe whatever somebody is called."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordpair.softphones import FORMATS, PhoneSettings, qr_image, qr_text, render

GIVEN = PhoneSettings(
    user="105",
    password="kX9-tu_Q4w",
    realm="cordpair",
    registrar="pbx.example.com:5062",
    transport="tcp",
    shown_as="Ben Okafor",
)
LINE = re.compile(r'("[^"\\<>;\n]*" )?<sip:105@pbx\.example\.com:5062;transport=tcp>(;[a-z_]+=[\w-]+)+')


def entries(text: str) -> dict[str, str]:
    """Linphone's, as ``section/key``."""
    root = ET.fromstring(text)
    space = "{http://www.linphone.org/xsds/lpconfig.xsd}"
    assert root.tag == f"{space}config"
    return {
        f"{section.get('name')}/{entry.get('name')}": entry.text or ""
        for section in root.iter(f"{space}section")
        for entry in section.iter(f"{space}entry")
    }


def test_linphone() -> None:
    found = entries(render(GIVEN, "linphone"))
    assert found["proxy_0/reg_proxy"] == "<sip:pbx.example.com:5062;transport=tcp>"
    assert found["proxy_0/reg_identity"] == '"Ben Okafor" <sip:105@pbx.example.com>'
    assert {found["proxy_0/realm"], found["auth_info_0/realm"]} == {"cordpair"}
    assert (found["auth_info_0/username"], found["auth_info_0/passwd"]) == ("105", "kX9-tu_Q4w")
    assert found["misc/transient_provisioning"] == "1", "it must not ask again: the address is good once"


def test_baresip() -> None:
    comment, line, rest = render(GIVEN, "baresip").split("\n")
    assert comment.startswith("# ") and rest == "" and LINE.fullmatch(line)
    assert line.startswith('"Ben Okafor" <') and ";auth_user=105;auth_pass=kX9-tu_Q4w;" in line


def test_for_any_phone() -> None:
    text = render(GIVEN, "sheet")
    for shown in ("Ben Okafor", "105", "kX9-tu_Q4w", "pbx.example.com:5062", "TCP", "cordpair"):
        assert shown in text


@pytest.mark.parametrize(
    ("registrar", "identity"), [("pbx", "sip:105@pbx"), ("[fd00::2]:5062", "sip:105@[fd00::2]"), ("[fd00::2]", None)]
)
def test_addresses(registrar: str, identity: str | None) -> None:
    settings = PhoneSettings(user="105", password="x", realm="r", registrar=registrar)
    assert settings.identity == (identity or f"sip:105@{registrar}")


@given(st.text(max_size=40))
def test_whatever_somebody_is_called(shown_as: str) -> None:
    settings = PhoneSettings(
        user="105", password="kX9", realm="r", registrar="pbx.example.com:5062", transport="tcp", shown_as=shown_as
    )
    _, line, rest = render(settings, "baresip").split("\n")
    assert LINE.fullmatch(line) and rest == ""
    identity = entries(render(settings, "linphone"))["proxy_0/reg_identity"]
    assert re.fullmatch(r'("[^"\\]*" )?<sip:105@pbx\.example\.com>', identity)
    assert len(render(settings, "sheet").splitlines()) == 9


def test_it_does_not_show_its_password() -> None:
    assert "kX9" not in repr(GIVEN)


def test_codes() -> None:
    address = "https://help.example.com/v1/phone-settings/" + "x" * 43
    assert qr_image(address).startswith("data:image/svg+xml")
    assert "█" in qr_text(address)
    assert set(FORMATS) == {"linphone", "baresip", "sheet"}
