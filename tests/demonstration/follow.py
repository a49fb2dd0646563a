"""A person who does what a tour points at, until it ends."""

import json

DAYCARE_TOURS = ("kibe_import_tour", "daycare_month_tour")
TOURS = (
    "openimis_closing_tour",
    "openimis_payment_tour",
    "sofi_export_tour",
    *DAYCARE_TOURS,
)
#: what the tour points at now: number of the step, and the element
STEP = """() => {
    const name = localStorage.getItem("current_tour");
    if (!name) {
        return null;
    }
    const {registry} = odoo.loader.modules.get("@web/core/registry");
    const steps = registry.category("web_tour.tours").get(name).steps();
    const index = Number(localStorage.getItem("current_tour.index") || 0);
    return {index, ...steps[index]};
}"""
ELEMENT = """(trigger) => {
    const {queryFirst} = odoo.loader.modules.get("@odoo/hoot-dom");
    for (const part of trigger.split(", ")) {
        const found = queryFirst(part, {visible: true});
        if (found) {
            return found;
        }
    }
    return null;
}"""
MOVED = """(index) => !localStorage.getItem("current_tour")
    || Number(localStorage.getItem("current_tour.index")) !== index"""
TEXTS = """() => {
    const {registry} = odoo.loader.modules.get("@web/core/registry");
    const tours = registry.category("web_tour.tours");
    return %s.flatMap((name) => tours.get(name).steps().map((step) => step.content));
}"""
POINTER = ".o_tour_pointer"
#: more things to do than a tour may ask
MOST = 20


def show_me(client, card):
    """Press «Show me» on a card of a start page.

    :param Client client: who looks at the page
    :param str card: what the card is called
    """
    here = client.page.locator(".o_kanban_record").filter(has_text=card)
    here.locator(".o_exchange_tour").first.click()
    client.page.wait_for_function("() => localStorage.getItem('current_tour')")
    client.wait()


def texts(client, tours=TOURS):
    """Return what the steps of tours say, in the language of the person."""
    return client.page.evaluate(TEXTS % json.dumps(tours))


def follow(client, instead=None):
    """Do what the tour says until it is over.

    :param Client client: who has begun a tour
    :param dict instead: number of a step, and what a person does there instead of a
        click
    :return: how many things were done
    """
    done = 0
    while step := client.page.evaluate(STEP):
        assert done < MOST, step
        found = client.page.wait_for_function(ELEMENT, arg=step["trigger"])
        client.page.wait_for_selector(POINTER, state="attached")
        act = (instead or {}).get(step["index"], lambda element: element.click())
        act(found.as_element())
        done += 1
        client.page.wait_for_function(MOVED, arg=step["index"])
        client.wait()
    return done
