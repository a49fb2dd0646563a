import {Component, onMounted, onWillUnmount} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const REFRESH_MS = 2000;

/**
 * Shows the figures of a card; a click on one opens the list it counts.
 *
 * What changes by itself, such as jobs that run, is asked anew as long as it does.
 */
export class ExchangeFigures extends Component {
    static template = "exchange_run.ExchangeFigures";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), REFRESH_MS);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    async refresh() {
        const isLive = this.figures.some((figure) => figure.live);
        if (!isLive || this.loading || document.hidden) {
            return;
        }
        this.loading = true;
        try {
            await this.props.record.load();
        } finally {
            this.loading = false;
        }
    }

    get figures() {
        return this.props.record.data[this.props.name] || [];
    }

    open(figure) {
        return this.action.doAction(figure.action);
    }
}

registry.category("fields").add("exchange_figures", {
    component: ExchangeFigures,
    supportedTypes: ["json"],
});
