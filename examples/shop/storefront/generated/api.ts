// Written by `ninefold-toolkit generate openapi.yaml`. Do not edit.
import type { ApiDescription } from "@ninefold/toolkit/http";

export interface paths {
    readonly "/products/{articleId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: operations["getProductPage"];
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
        readonly ProductPage: {
            readonly articleId: string;
            readonly name: string;
            /** @description In cents. */
            readonly price: number;
            readonly available: boolean;
            readonly recommendations: readonly string[];
            readonly degradation: {
                readonly article: components["schemas"]["Degradation"];
                readonly recommendations: components["schemas"]["Degradation"];
            };
        };
        /**
         * @description Whether it is what the service said just now, what it said before, a part of it, or a stand-in.
         * @enum {unknown}
         */
        readonly Degradation: "fresh" | "stale" | "partial" | "fallback";
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
export type ProductPage = components['schemas']['ProductPage'];
export type Degradation = components['schemas']['Degradation'];
export type Problem = components['schemas']['Problem'];
export type $defs = Record<string, never>;
export interface operations {
    readonly getProductPage: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly articleId: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Everything that a product page shows, and how fresh it is. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProductPage"];
                };
            };
            /** @description There is no such product. */
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

/** Storefront 1.0.0, for clients and servers. */
export const api: ApiDescription<operations> = {
  title: "Storefront",
  version: "1.0.0",
  operations: {
    getProductPage: {"method":"GET","path":"/products/{articleId}","answers":["200","404"]},
  },
};
