import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {tourState} from "@web_tour/js/tour_state";
import {useService} from "@web/core/utils/hooks";

const toursRegistry = registry.category("web_tour.tours");
const TICK_MS = 400;

/**
 * Keep Odoo's pointer in sight while a tour lasts, in dialogs, too.
 *
 * It is put in place at a change of the page after the element is known to be in sight,
 * and it looks whether a dialog covers what it points at when one opens or closes, before
 * it points at something in it or behind: neither would happen again by itself.
 */
function keepPointing(ui) {
    const timer = browser.setInterval(() => {
        if (!tourState.getCurrentTour()) {
            document.body.removeAttribute("data-exchange-tour");
            browser.clearInterval(timer);
            return;
        }
        document.body.toggleAttribute("data-exchange-tour");
        if (!document.querySelector(".o_tour_pointer")) {
            ui.bus.trigger("active-element-changed", ui.activeElement);
        }
    }, TICK_MS);
}

/** Starts the tour that a card names: it points at one thing to do after another. */
export class ExchangeTour extends Component {
    static template = "exchange_run.ExchangeTour";
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
        this.tours = useService("tour_service");
        this.ui = useService("ui");
        this.menus = useService("menu");
    }

    get name() {
        return this.props.record.data[this.props.name];
    }

    /** Opens the app whose menu the tour begins at, where another one is open. */
    async openApp() {
        const [{trigger}] = toursRegistry.get(this.name).steps();
        const xmlid = trigger.match(/data-menu-xmlid='([^']+)'/)?.[1];
        const menu = this.menus.getAll().find((item) => item.xmlid === xmlid);
        if (menu && this.menus.getCurrentApp()?.id !== menu.appID) {
            await this.menus.selectMenu(menu.appID);
        }
    }

    async start() {
        await this.openApp();
        await this.tours.startTour(this.name, {
            mode: "manual",
            redirect: false,
            rainbowManMessage: _t("That was all. It is the same each time."),
        });
        keepPointing(this.ui);
        // Odoo has switched on the tours of all apps, which nobody has asked for.
        if (!session.tour_enabled) {
            await this.orm.call("res.users", "switch_tour_enabled", [false]);
        }
    }
}

registry.category("fields").add("exchange_tour", {
    component: ExchangeTour,
    supportedTypes: ["char"],
});

registry.category("user_menuitems").add("exchange_tours", (env) => ({
    type: "item",
    id: "exchange_tours",
    description: _t("Guided Tours"),
    callback: () => env.services.action.doAction("exchange_run.exchange_tour_action"),
    sequence: 25,
}));
