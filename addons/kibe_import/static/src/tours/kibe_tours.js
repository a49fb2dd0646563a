import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("kibe_import_tour", {
    steps: () => [
        {
            trigger: "[data-menu-xmlid='kibe_import.menu_kibe']",
            content: _t("What Kibé delivers is imported here."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='kibe_import.menu_kibe_import']",
            content: _t("Each delivery stays in this list with its findings."),
            tooltipPosition: "right",
            run: "click",
        },
        {
            trigger: ".o_list_button_add",
            content: _t("Begin with a new delivery."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='archive'] .o_select_file_button",
            content: _t(
                "Drop the ZIP of Kibé here, or choose it. The example below will do " +
                    "for a first test."
            ),
            tooltipPosition: "right",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name='date_journal'] input, .o_field_widget[name='date_journal'] button",
            content: _t("From this day on the incomes and payers of the file count."),
            tooltipPosition: "right",
            run: "click",
        },
        {
            trigger: "button[name='action_test']",
            content: _t("Test it: nothing is written, and everything is told."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button[name='action_generate']",
            content: _t(
                "When the findings are read: import what is new. «Generate and " +
                    "Overwrite» also replaces what differs."
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
    ],
});
