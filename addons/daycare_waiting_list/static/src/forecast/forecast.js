import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

import {Component, onWillStart, useState} from "@odoo/owl";

/** Places of the months to come: a table a group, a row a month, a column a weekday. */
export class DaycareForecast extends Component {
    static template = "daycare_waiting_list.Forecast";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({departmentId: false, forecast: null});
        onWillStart(() => this.load());
    }

    async load() {
        this.state.forecast = await this.orm.call("daycare.forecast", "get_forecast", [
            this.state.departmentId,
        ]);
    }

    onDepartmentChange(ev) {
        this.state.departmentId = Number(ev.target.value) || false;
        this.load();
    }

    /** Free places; where places are not limited, the children who come. */
    cellText(cell) {
        return cell.places ? `${cell.free}` : `(${cell.taken})`;
    }

    cellHint(cell) {
        const {children, requests} = this.state.forecast;
        const names = [
            ...cell.children.map((id) => children[id]),
            ...cell.offers.map((id) => _t("%s (offered)", requests[id])),
        ];
        const taken = cell.places
            ? _t("%(taken)s of %(places)s places taken", cell)
            : _t("%s places taken", cell.taken);
        return [taken, ...names.sort()].join("\n");
    }

    openCell(group, row, day, cell) {
        if (cell.children.length) {
            this.open(
                "daycare.child",
                `${group.name} · ${day} · ${row.label}`,
                cell.children
            );
        }
    }

    openWaiting(group, row) {
        this.open("daycare.request", `${group.name} · ${row.label}`, row.waiting);
    }

    open(model, name, ids) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
            domain: [["id", "in", ids]],
        });
    }
}

registry.category("actions").add("daycare.forecast", DaycareForecast);
