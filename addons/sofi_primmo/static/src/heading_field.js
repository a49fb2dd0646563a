import {registry} from "@web/core/registry";
import {
    SelectionField,
    selectionField,
} from "@web/views/fields/selection/selection_field";

/** A heading of an uploaded list, chosen from those that the file has. */
export class HeadingField extends SelectionField {
    get options() {
        const names = this.props.record.data.choices || [];
        const chosen = this.value;
        const all = chosen && !names.includes(chosen) ? [...names, chosen] : names;
        return all.map((name) => [name, name]);
    }

    get string() {
        return this.value || "";
    }

    onChange(value) {
        this.props.record.update({[this.props.name]: value ?? false});
    }
}

registry.category("fields").add("sofi_heading", {
    ...selectionField,
    component: HeadingField,
    supportedTypes: ["char"],
    isEmpty: (record, name) => !record.data[name],
});
