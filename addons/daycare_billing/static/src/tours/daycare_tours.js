import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("daycare_month_tour", {
    steps: () => [
        {
            trigger: "[data-menu-xmlid='daycare_billing.menu_daycare_billing']",
            content: _t("A month is invoiced here."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='daycare_billing.menu_daycare_billing_run']",
            content: _t("One page a month."),
            tooltipPosition: "right",
            run: "click",
        },
        {
            trigger: ".o_list_button_add, .o-kanban-button-new",
            content: _t("Begin the month."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_compute']",
            content: _t("Calculate what each child costs. No invoice is made yet."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_invoice']",
            content: _t("Read the findings, then make one draft for each who pays."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_post']",
            content: _t("Look through the drafts, then post them."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_send']",
            content: _t("Send them by e-mail; the others are printed for the post."),
            tooltipPosition: "bottom",
            run: "click",
        },
    ],
});
