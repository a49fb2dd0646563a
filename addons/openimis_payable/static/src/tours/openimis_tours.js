import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const menu = (name) => `[data-menu-xmlid='openimis_payable.${name}']`;

tours.add("openimis_closing_tour", {
    steps: () => [
        {
            trigger: menu("menu_payables"),
            content: _t("What the scheme owes is closed here, month by month."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: menu("menu_openimis_closing"),
            content: _t(
                "Each closing bills a period, of an area or the whole country."
            ),
            tooltipPosition: "right",
            run: "click",
        },
        {
            trigger: ".o_list_button_add",
            content: _t("Begin a closing."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_preview']",
            content: _t(
                "Check the period and the area, then look: nothing is written yet."
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_notebook .nav-link[name='candidates']",
            content: _t(
                "Everything that would be billed, and what is left out with its reason."
            ),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger: "button[name='action_generate']",
            content: _t("One draft bill is made for each whom the scheme owes."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_view_moves']",
            content: _t(
                "Here are the drafts. The accountant checks, validates and pays them."
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
    ],
});

tours.add("openimis_payment_tour", {
    steps: () => [
        {
            trigger: menu("menu_payables"),
            content: _t("Bills that were closed wait here."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: menu("menu_account_move_bill"),
            content: _t("Each bill tells the claims that it pays."),
            tooltipPosition: "right",
            run: "click",
        },
        {
            // the second part hears a click on any of them, not on the first alone
            trigger:
                ".o_data_row.text-info .o_data_cell[name='partner_id'], .o_list_renderer tbody",
            content: _t("Open a draft."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_post']",
            content: _t("Is it right? Then validate it."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_register_payment']",
            content: _t("Pay it, as any vendor bill."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_create_payments']",
            content: _t("The bank or the mobile money account, the date, the amount."),
            tooltipPosition: "top",
            run: "click",
        },
    ],
});
