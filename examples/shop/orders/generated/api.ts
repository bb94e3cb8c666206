// Written by `ninefold-toolkit generate openapi.yaml`. Do not edit.
import type { ApiDescription } from "@ninefold/toolkit/http";

export interface paths {
    readonly "/orders": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post: operations["placeOrder"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/orders/overview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: operations["getOverview"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/orders/{orderId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: operations["getOrder"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly NewOrder: {
            readonly lines: readonly components["schemas"]["Line"][];
        };
        readonly Line: {
            readonly articleId: string;
            readonly quantity: number;
        };
        readonly Order: {
            /** Format: uuid */
            readonly orderId: string;
            /** @enum {unknown} */
            readonly status: "placed" | "paid";
            readonly lines: readonly components["schemas"]["Line"][];
            /** @description In cents. */
            readonly total: number;
        };
        readonly Overview: {
            /** @description Orders ever placed. */
            readonly placed: number;
            /** @description Those of them that are paid. */
            readonly paid: number;
        };
        readonly Problem: {
            readonly title: string;
            readonly status: number;
            readonly detail?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type NewOrder = components['schemas']['NewOrder'];
export type Line = components['schemas']['Line'];
export type Order = components['schemas']['Order'];
export type Overview = components['schemas']['Overview'];
export type Problem = components['schemas']['Problem'];
export type $defs = Record<string, never>;
export interface operations {
    readonly placeOrder: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                readonly "Idempotency-Key": string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["NewOrder"];
            };
        };
        readonly responses: {
            /** @description The order was placed. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Order"];
                };
            };
            /** @description An article is not known. */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readonly getOverview: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description How many orders there are, from the read model. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Overview"];
                };
            };
        };
    };
    readonly getOrder: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly orderId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The order as it stands. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Order"];
                };
            };
            /** @description There is no such order. */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}

/** Orders 1.0.0, for clients and servers. */
export const api: ApiDescription<operations> = {
  title: "Orders",
  version: "1.0.0",
  operations: {
    placeOrder: {"method":"POST","path":"/orders","body":"application/json","answers":["201","422"]},
    getOverview: {"method":"GET","path":"/orders/overview","answers":["200"]},
    getOrder: {"method":"GET","path":"/orders/{orderId}","answers":["200","404"]},
  },
};
