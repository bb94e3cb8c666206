// Written by `ninefold-toolkit generate settled.json`. Do not edit.

interface components {
    schemas: {
        /** PaymentSettled */
        readonly PaymentSettled: {
            /** Format: uuid */
            readonly orderId: string;
            /** Format: uuid */
            readonly paymentId: string;
            /** @description In cents. */
            readonly amount: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type PaymentSettled = components['schemas']['PaymentSettled'];

/** The JSON Schema of {@link PaymentSettled}. */
export const paymentSettledSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "PaymentSettled",
  "type": "object",
  "required": [
    "orderId",
    "paymentId",
    "amount"
  ],
  "properties": {
    "orderId": {
      "type": "string",
      "format": "uuid"
    },
    "paymentId": {
      "type": "string",
      "format": "uuid"
    },
    "amount": {
      "type": "integer",
      "minimum": 0,
      "description": "In cents."
    }
  }
};
