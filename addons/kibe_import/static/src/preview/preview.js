import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** Shows the preview of an import; its numbers open the lists behind them. */
export class KibePreview extends Component {
    static template = "kibe_import.Preview";
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    /** @param {Event} ev click (or Enter key) anywhere in the preview */
    async open(ev) {
        const number = ev.target.closest("button[data-method]");
        if (!number || this.opening) {
            return;
        }
        const {resModel, resId} = this.props.record;
        const {method, args} = number.dataset;
        this.opening = true;
        try {
            const given = [[resId], ...JSON.parse(args)];
            await this.action.doAction(await this.orm.call(resModel, method, given));
        } finally {
            this.opening = false;
        }
    }
}

registry.category("fields").add("kibe_preview", {
    component: KibePreview,
    supportedTypes: ["html"],
});
