"""A new agent by one click in the office: talks from a browser that never was here before, or from a SIP phone."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from browser.acts import a_customer, accept, empty, go_ready, on, press, signed_out, state, title
from browser.centre import Centre, command
from browser.conftest import Shoot
from browser.person import ANN, BEN, CUSTOMER, Browsers
from cordpair.acd.causes import SeatStatus
from cordpair.ids import NodeId, SeatId
from lab.baresip import Baresip

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

PASSWORD = "a sentence is longer"


async def lead(page: Page, centre: Centre, name: str) -> None:
    """An administrator at the page of people."""
    words = ("people", "add", name, "--role", "admin", "--generate", "--config", "cordpair.toml")
    password = await command(centre.engine.directory, *words)
    await page.goto(f"{centre.origin}/office/people")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.keyboard.press("Enter")
    await expect(page.locator("#add-agent")).to_be_visible()


async def add(page: Page, name: str, shown_as: str, phone: str) -> Locator:
    """The dialog with what is shown once."""
    await page.get_by_role("button", name="New agent").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill(name)
    await dialog.get_by_label("Shown as").fill(shown_as)
    await dialog.get_by_label("Phone").select_option(phone)
    await dialog.get_by_label("help", exact=True).check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("heading", name=f"{name} can begin")).to_be_visible()
    return dialog


async def remove(page: Page, name: str) -> None:
    row = page.locator(f'tr[data-agent="{name}"]')
    await row.get_by_role("button", name=f"Remove: {name}").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(row).to_have_count(0)


@on("asterisk", "freeswitch")
async def test_one_click_and_they_talk(whole: Centre, browsers: Browsers) -> None:
    async with browsers.person(ANN) as boss, browsers.person(BEN) as fay, a_customer(browsers) as customer:
        await lead(boss.page, whole, "boss")
        dialog = await add(boss.page, "fay", "Fay Moss", "In the browser, at the desk")
        link = await dialog.locator("#secret").input_value()
        await dialog.get_by_role("button", name="Done").click()

        await fay.page.goto(link)
        await fay.page.get_by_label("New password").fill(PASSWORD)
        await fay.page.get_by_label("The same again").fill(PASSWORD)
        await fay.page.get_by_role("button", name="Set the password").click()
        await expect(fay.page.get_by_text("Your password is set")).to_be_visible()
        await fay.page.goto(f"{whole.origin}/desk")
        await fay.page.get_by_label("Name").fill("fay")
        await fay.page.get_by_label("Password").fill(PASSWORD)
        await fay.page.keyboard.press("Enter")
        await expect(fay.page.locator("#phone")).to_have_text("Phone ready")
        await go_ready(fay)
        await expect(state(fay)).to_have_text("Ready")
        await press(customer, whole)
        await accept(fay)
        await expect(title(customer)).to_have_text("You are talking to Fay Moss")
        await customer.hears(BEN)
        await fay.hears(CUSTOMER)
        await customer.page.evaluate("document.querySelector('cordpair-help')?.session?.leave()")
        await whole.engine.until(lambda state: not state.contacts, 10)
        await signed_out(fay)
        await empty(whole)
        await remove(boss.page, "fay")


@on("asterisk", "freeswitch")
async def test_settings_of_a_sip_phone(whole: Centre, browsers: Browsers, shoot: Shoot, tmp_path: Path) -> None:
    """The file that is downloaded is what baresip reads; it cannot be had twice."""
    async with browsers.person(ANN) as boss:
        page = boss.page
        await lead(page, whole, "chief")
        await page.get_by_role("button", name="New agent").click()
        await page.get_by_role("dialog").get_by_label("Name", exact=True).fill("ben")
        await page.get_by_role("dialog").get_by_role("button", name="Save").click()
        await expect(page.locator("#wrong-name")).to_have_text("there is an agent of that name already")
        await shoot(page, "office-new-agent")
        await page.keyboard.press("Escape")

        dialog = await add(page, "gus", "Gus", "A SIP phone, with settings made for it")
        await expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
        assert (await dialog.locator("#phone-address").input_value()).startswith(f"{whole.origin}/v1/phone-settings/")
        await shoot(page, "office-phone-settings")
        async with page.expect_download() as waiting:
            await dialog.get_by_role("button", name="Download: baresip").click()
        download = await waiting.value
        assert download.suggested_filename == "accounts"
        accounts = Path(await download.path()).read_text(encoding="utf-8")
        await expect(dialog.get_by_role("status")).to_have_text(
            "The settings for baresip are fetched. They cannot be shown again."
        )
        await expect(dialog.get_by_role("img")).to_have_count(0)
        await dialog.get_by_role("button", name="Done").click()

        async with Baresip(tmp_path / "gus", accounts, voice=BEN.hertz) as phone:
            assert await phone.is_registered()
            main, seat = NodeId("main"), SeatId("gus")
            await whole.engine.until(lambda state: state.seats[seat].status.get(main) is SeatStatus.REACHABLE, 20)
            await page.locator('tr[data-agent="gus"]').get_by_role("button", name="Phone settings: gus").click()
            await expect(page.get_by_role("dialog").get_by_role("img", name="QR code")).to_be_visible()
            await page.get_by_role("button", name="Done").click()
            await remove(page, "gus")
            await phone.restart()
            assert not await phone.is_registered()
