// Written by `ninefold-toolkit generate placed.json`. Do not edit.

interface components {
    schemas: {
        /** OrderPlaced */
        readonly OrderPlaced: {
            /** Format: uuid */
            readonly orderId: string;
            readonly lines: readonly {
                readonly articleId: string;
                readonly quantity: number;
            }[];
            /** @description In cents. */
            readonly total: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type OrderPlaced = components['schemas']['OrderPlaced'];

/** The JSON Schema of {@link OrderPlaced}. */
export const orderPlacedSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "OrderPlaced",
  "type": "object",
  "required": [
    "orderId",
    "lines",
    "total"
  ],
  "properties": {
    "orderId": {
      "type": "string",
      "format": "uuid"
    },
    "lines": {
      "type": "array",
      "minItems": 1,
      "items": {
        "type": "object",
        "required": [
          "articleId",
          "quantity"
        ],
        "properties": {
          "articleId": {
            "type": "string"
          },
          "quantity": {
            "type": "integer",
            "minimum": 1
          }
        }
      }
    },
    "total": {
      "type": "integer",
      "minimum": 0,
      "description": "In cents."
    }
  }
};
