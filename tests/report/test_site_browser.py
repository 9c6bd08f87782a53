"""The page of all results in a browser without a network: sorted, filtered, opened, turned."""

import pytest

from repose.report.site.page import write_site
from tests.browser import needs_browser, page
from tests.report.made_site import made_part

pytestmark = needs_browser


@pytest.fixture(scope="module")
def window():
    """A browser without a network."""
    with page(1280) as view:
        view.context.set_offline(True)
        view.emulate_media(reduced_motion="reduce")
        yield view


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    parts = [made_part(folder / system, system)[0] for system in ("first", "second")]
    write_site(folder / "index.html", parts)
    return (folder / "index.html").as_uri()


@pytest.fixture
def view(window, address):
    """The page as it opens; an error on its console or a request to anywhere fails the test."""
    wrong, asked = [], []
    heard = {
        "console": lambda message: wrong.append(message.text) if message.type == "error" else None,
        "request": lambda request: asked.append(request.url),
    }
    for event, hear in heard.items():
        window.on(event, hear)
    window.set_viewport_size({"width": 1280, "height": 900})
    window.goto(address)
    yield window
    for event, hear in heard.items():
        window.remove_listener(event, hear)
    assert wrong == []
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [address]


def column(view, table, number):
    """The texts of a column, of the rows that are shown."""
    return view.locator(f"{table} tbody tr:visible td:nth-child({number})").all_inner_texts()


def overhang(view):
    """By how many px the page is wider than its window."""
    return view.evaluate("document.documentElement.scrollWidth - innerWidth")


def test_tables_sort_and_claims_are_found(view):
    assert overhang(view) == 0
    table = "#first-table-1"
    button = view.locator(f"{table} th button").nth(2)
    figures = column(view, table, 3)
    button.click()
    assert column(view, table, 3) == sorted(figures, key=float)
    assert column(view, table, 1) != ["plain", "plain", "ours", "ours"]
    button.press("Enter")
    assert view.locator(f"{table} th").nth(2).get_attribute("aria-sort") == "descending"
    assert column(view, table, 3) == sorted(figures, key=float, reverse=True)
    button.click()
    assert column(view, table, 3) == figures
    view.select_option("[name=paper]", "second")
    assert column(view, "#ledger", 2) == ["second", "second"]
    view.fill("[name=words]", "BETTER is")
    assert view.inner_text("#shown") == "1 of 4 claims"
    view.select_option("[name=verdict]", "not testable here")
    assert column(view, "#ledger", 2) == []


def test_a_claim_shows_the_curves_of_its_runs(view):
    view.click("[data-claim=second_better]")
    view.wait_for_selector("#curves .main-svg")
    lines = view.evaluate("byId('curves').data.map(({name, showlegend}) => showlegend ? name : '')")
    assert [name for name in lines if name] == ["ours", "plain"]
    assert len(lines) == 12  # on two kinds of data: two runs, each with two seeds and their mean
    assert view.inner_text("#key").startswith("Solid lines, full points: test set; dashed")
    view.select_option("#measure", "loss")
    assert view.inner_text("#key").startswith("On training data.")
    assert view.evaluate("byId('curves').data.length") == 6
    view.keyboard.press("Escape")
    assert not view.is_visible("#claim")
    view.click("[data-claim=first_count]")
    assert "No training curves: gone" in view.inner_text("#key")


def test_a_pose_is_chosen_and_turned(view):
    view.select_option("[name=system]", "second")
    view.select_option("[name=run]", "plain")
    view.locator("#pose").scroll_into_view_if_needed()
    view.wait_for_selector("#pose canvas")
    view.click("[data-step='1']")
    assert view.input_value("[name=sample]") == "1"
    assert view.inner_text("#error").endswith("from the root: 10.0 mm.")
    before, box = view.evaluate("camera.eye"), view.locator("#pose").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    view.mouse.move(x, y)
    view.mouse.down()
    for step in range(1, 100):  # it turns once a frame, and a busy machine draws few of them
        view.mouse.move(x + 2 * step, y + step / 4)
        view.wait_for_timeout(30)
        turned = view.evaluate("camera.eye")
        if abs(turned["x"] - before["x"]) > 0.1:
            break
    view.mouse.up()
    turned = view.evaluate("camera.eye")
    assert abs(turned["x"] - before["x"]) > 0.1
    view.select_option("[name=view]", "beside")
    scenes = view.evaluate("[pose.layout.scene, pose.layout.scene2].map((scene) => scene.camera.eye)")
    assert scenes == [turned, turned]


def test_the_page_is_never_wider_than_a_telephone(view):
    view.set_viewport_size({"width": 400, "height": 800})
    assert overhang(view) == 0
    view.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert overhang(view) == 0
    view.click("[data-claim=first_better]")
    view.wait_for_selector("#curves .main-svg")
    assert overhang(view) == 0
    assert view.evaluate("byId('claim').scrollWidth - byId('claim').clientWidth") == 0
