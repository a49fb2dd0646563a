import {_t} from "@web/core/l10n/translation";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {useSetupAction} from "@web/search/action_hook";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

import {Component, onWillStart, useState} from "@odoo/owl";

const ABSENCE = "daycare.absence";
const EXTRA_DAY = "daycare.extra.day";

/** The week: the places of each slot, or what each child does, day by day. */
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
            byChild: saved.byChild || false,
            dayIndex: saved.dayIndex || 0,
            week: null,
        });
        useSetupAction({
            getLocalState: () => ({
                departmentId: this.state.departmentId,
                monday: this.state.week?.monday,
                byChild: this.state.byChild,
                dayIndex: this.state.dayIndex,
            }),
        });
        onWillStart(async () => {
            await this.load(saved.monday);
            if (!saved.monday) {
                this.state.dayIndex = this.state.week.today;
            }
        });
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

    /** Days that are shown: on a telephone, one. */
    get shownDays() {
        const days = this.state.week.days.map((day, index) => ({...day, index}));
        return this.env.isSmall ? [days[this.state.dayIndex] || days[0]] : days;
    }

    /** Cells of a slot that are shown, each with its day. */
    cells(row) {
        return this.shownDays.map((day) => ({...row.cells[day.index], day}));
    }

    /** Ids of the children of a group, by name. */
    childIds(group) {
        const names = this.state.week.children;
        return Object.keys(group.attendance).sort((a, b) =>
            names[a].localeCompare(names[b])
        );
    }

    /** What a child does on a day, or one empty entry to press. */
    entries(group, childId, day) {
        const entries = group.attendance[childId][day.index];
        return entries.length
            ? entries
            : [{state: "free", model: EXTRA_DAY, id: false}];
    }

    entryHint(entry) {
        return {
            here: _t("Comes. Press if absent."),
            absent: entry.reason,
            extra: _t("Extra day"),
            free: _t("Press for an extra day."),
        }[entry.state];
    }

    /** Open the absence or extra day of an entry, or a new one. */
    openEntry(group, childId, day, entry) {
        const context = {default_child_id: Number(childId)};
        if (entry.model === ABSENCE) {
            context.default_date_from = day.date;
        } else {
            Object.assign(context, {
                default_group_id: group.id,
                default_date: day.date,
            });
        }
        this.openForm(entry.model, entry.id, context);
    }

    /** Enter an extra day of a child who is not among those of the group. */
    openExtraDay(group) {
        this.openForm(EXTRA_DAY, false, {
            default_group_id: group.id,
            default_date: this.shownDays[0].date,
        });
    }

    openForm(model, id, context) {
        this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: model === ABSENCE ? _t("Absence") : _t("Extra Day"),
                res_model: model,
                res_id: id,
                views: [[false, "form"]],
                target: "new",
                context,
            },
            {onClose: () => this.load(this.state.week.monday)}
        );
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
