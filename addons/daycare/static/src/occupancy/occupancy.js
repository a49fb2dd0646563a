import {_t} from "@web/core/l10n/translation";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {useSetupAction} from "@web/search/action_hook";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

import {Component, onWillStart, useState} from "@odoo/owl";

/** The week grid: group × slot × weekday, with the places taken and free. */
export class DaycareOccupancy extends Component {
    static template = "daycare.Occupancy";
    static components = {DateTimeInput, Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const saved = this.props.state || {};
        this.state = useState({
            departmentId: saved.departmentId || false,
            week: null,
        });
        useSetupAction({
            getLocalState: () => ({
                departmentId: this.state.departmentId,
                monday: this.state.week?.monday,
            }),
        });
        onWillStart(() => this.load(saved.monday));
    }

    /** @param {string} [date] any day of the week to show, ISO; today's when empty */
    async load(date) {
        this.state.week = await this.orm.call("daycare.occupancy", "get_week", [
            date || false,
            this.state.departmentId,
        ]);
    }

    get date() {
        return deserializeDate(this.state.week.monday);
    }

    onDateChange(date) {
        if (date) {
            this.load(serializeDate(date));
        }
    }

    onDepartmentChange(ev) {
        this.state.departmentId = Number(ev.target.value) || false;
        this.load(this.state.week.monday);
    }

    /** Text of a cell: places taken of places, or only taken when not limited. */
    cellText(cell) {
        return cell.places ? `${cell.taken} / ${cell.places}` : `${cell.taken}`;
    }

    cellHint(cell) {
        const names = cell.children.map((id) => this.state.week.children[id]).sort();
        if (cell.free === null || cell.free === undefined) {
            return names.join("\n");
        }
        const free =
            cell.free < 0 ? _t("%s too many", -cell.free) : _t("%s free", cell.free);
        return [free, ...names].join("\n");
    }

    barStyle(cell) {
        const share = cell.places ? Math.min(1, cell.taken / cell.places) : 0;
        return `width: ${Math.round(share * 100)}%`;
    }

    openCell(group, row, day, cell) {
        if (cell.children.length) {
            this.action.doAction({
                type: "ir.actions.act_window",
                name: `${group.name} · ${day.label} ${day.day} · ${row.label || row.span}`,
                res_model: "daycare.child",
                views: [
                    [false, "list"],
                    [false, "kanban"],
                    [false, "form"],
                ],
                domain: [["id", "in", cell.children]],
            });
        }
    }

    openGroup(group) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "daycare.group",
            res_id: group.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("daycare.occupancy", DaycareOccupancy);
