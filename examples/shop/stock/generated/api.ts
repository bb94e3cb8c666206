// Written by `ninefold-toolkit generate openapi.yaml`. Do not edit.
import type { ApiDescription } from "@ninefold/toolkit/http";

export interface paths {
    readonly "/articles/{articleId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: operations["getArticle"];
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
        readonly Article: {
            readonly articleId: string;
            readonly name: string;
            /** @description In cents. */
            readonly price: number;
            /** @description Pieces; below zero when more are ordered than there are. */
            readonly available: number;
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
export type Article = components['schemas']['Article'];
export type Problem = components['schemas']['Problem'];
export type $defs = Record<string, never>;
export interface operations {
    readonly getArticle: {
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
            /** @description The article with its price and availability at this moment. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Article"];
                };
            };
            /** @description There is no such article. */
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

/** Stock 1.0.0, for clients and servers. */
export const api: ApiDescription<operations> = {
  title: "Stock",
  version: "1.0.0",
  operations: {
    getArticle: {"method":"GET","path":"/articles/{articleId}","answers":["200","404"]},
  },
};
