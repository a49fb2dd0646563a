import {registry} from "@web/core/registry";
import {FloatField, floatField} from "@web/views/fields/float/float_field";

/**
 * Amount that may be given or not. Zero is an amount; an empty cell is none.
 *
 * A number cannot tell the two apart, so the model has a flag `<field>_given` beside
 * it, which must be in the view as well.
 */
export class GivenFloatField extends FloatField {
    get isGiven() {
        return Boolean(this.value || this.props.record.data[this.flag]);
    }

    get flag() {
        return `${this.props.name}_given`;
    }

    get formattedValue() {
        return this.isGiven ? super.formattedValue : "";
    }

    /** What is typed decides whether there is an amount. */
    parse(text) {
        const given = text.trim() !== "";
        const value = given ? super.parse(text) : 0;
        if (given !== this.props.record.data[this.flag]) {
            this.props.record.update({[this.flag]: given});
        }
        return value;
    }
}

export const givenFloatField = {
    ...floatField,
    component: GivenFloatField,
    isEmpty: (record, name) => !record.data[name] && !record.data[`${name}_given`],
};

registry.category("fields").add("openimis_given_float", givenFloatField);
