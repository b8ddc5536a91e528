"""The page in a real browser: nothing is fetched, nothing complains, and the controls do what they say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from neuroest.reporting.report import Report
from tests.reporting.test_report import evil, small  # noqa: F401 - fixtures

pytest.importorskip("matplotlib", reason="needs neuroest[report]")
pytest.importorskip("jinja2", reason="needs neuroest[report]")
driver = pytest.importorskip("playwright.sync_api", reason="needs playwright")

from neuroest.reporting.page import page, sweep_points  # noqa: E402 - after what it needs

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the path")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with driver.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path, request: Any) -> Iterator[Any]:
    import pandas as pd

    found: Report = request.getfixturevalue(getattr(request, "param", "small"))
    frame = pd.DataFrame(
        {
            "area_m2": [1e-6, 2e-6, 3e-6],
            "energy_per_inference_J": [3e-6, 2e-6, 1e-6],
            "<img src=x>": [1, 2, 3],
        }
    )
    file = tmp_path / "report.html"
    file.write_text(page(found, sweep_points(frame)), encoding="utf-8")
    tab = browser.new_page()
    tab.complaints, tab.requests = [], []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.on("request", lambda sent: tab.requests.append(sent.url))
    tab.goto(file.as_uri())
    yield tab
    assert tab.complaints == []
    assert [url for url in tab.requests if url != file.as_uri() and not url.startswith("data:")] == []
    tab.close()


@pytest.mark.parametrize("opened", ["small", "evil"], indirect=True)
def test_it_loads_and_names_of_files_do_nothing(opened: Any) -> None:
    assert opened.evaluate("window.hurt") is None
    assert opened.locator("h1").is_visible()
    assert opened.locator("script").count() == 2  # the page's own, and the data of the sweep
    assert opened.locator("main img").count() == 0


def test_the_breakdown_switches(opened: Any) -> None:
    shown = opened.locator("figure.breakdown:visible")
    assert "by component" not in shown.first.inner_text()
    assert shown.first.locator("thead th").first.inner_text().startswith("component")
    opened.select_option("[data-switch=by]", "layer")
    assert shown.first.locator("tbody th").first.inner_text() == "hidden"
    opened.select_option("[data-switch=quantity]", "area")
    assert shown.count() == 0
    assert opened.locator(".nothing").is_visible()
    opened.select_option("[data-switch=by]", "component")
    bars = "document.querySelectorAll('figure.breakdown:not([hidden]) rect')"
    widths = f"Array.from({bars}).map(r => +r.getAttribute('width'))"
    shares = opened.evaluate(widths)
    opened.select_option("[data-switch=bars]", "absolute")
    assert opened.evaluate(widths) != shares


def test_a_click_or_the_keyboard_sorts_by_number(opened: Any) -> None:
    column = (
        "Array.from(document.querySelectorAll('table.summary tbody tr')).map(r => +r.cells[2].dataset.sort)"
    )
    opened.locator("table.summary thead button").nth(2).click()
    assert opened.evaluate(column) == sorted(opened.evaluate(column))
    assert opened.locator("table.summary th[aria-sort=ascending]").count() == 1
    opened.locator("table.summary thead button").nth(2).press("Enter")
    assert opened.evaluate(column) == sorted(opened.evaluate(column), reverse=True)


def test_the_filter_filters(opened: Any) -> None:
    opened.fill("input.filter", "bias current")
    rows = opened.locator("#assumptiontable tbody tr:visible")
    assert 0 < rows.count() < opened.locator("#assumptiontable tbody tr").count()
    assert all("bias current" in text.lower() for text in rows.all_inner_texts())
    assert opened.locator(".filtered").inner_text().startswith(f"{rows.count()} of")


def test_numbers_lead_to_formula_and_source(opened: Any) -> None:
    design = opened.locator("details.design").first
    design.locator("summary").first.click()
    explanation = design.locator("details.explanation").nth(4)
    explanation.locator("summary").click()
    assert "=" in explanation.locator("pre").inner_text()


def test_the_brush_chooses_by_typing_and_by_dragging(opened: Any) -> None:
    opened.fill("#brushx1", "2.5e-6")
    opened.press("#brushx1", "Tab")
    assert opened.locator("#sweepstatus").inner_text() == "2 of 3 points chosen"
    assert opened.locator("#sweeptable tbody tr").count() == 2
    opened.click("#brushclear")
    assert opened.locator("#sweepstatus").inner_text() == "3 of 3 points"
    canvas = opened.locator("#sweepcanvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    opened.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.05)
    opened.mouse.down()
    opened.mouse.move(box["x"] + box["width"] * 0.97, box["y"] + box["height"] * 0.9)
    opened.mouse.up()
    assert opened.locator("#sweepstatus").inner_text() == "1 of 3 points chosen"


def test_dark_and_print_styles(opened: Any) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light = opened.evaluate(background)
    opened.select_option("#theme", "dark")
    assert opened.evaluate(background) != light
    opened.emulate_media(media="print")
    assert not opened.locator("fieldset.controls").first.is_visible()


def test_every_control_has_a_name_and_every_table_a_caption_or_heading(opened: Any) -> None:
    nameless = "Array.from(document.querySelectorAll('select,input')).filter(c => !c.labels.length).length"
    assert opened.evaluate(nameless) == 0
    assert (
        opened.evaluate(
            "Array.from(document.querySelectorAll('table')).filter(t => !t.caption && !t.closest('figure')).length"
        )
        == 0
    )
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.className") == "skip"
