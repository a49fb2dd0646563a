import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/** Shows the figures of a card; a click on one opens the list it counts. */
export class ExchangeFigures extends Component {
    static template = "exchange_run.ExchangeFigures";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
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
