// Written by `ninefold-toolkit generate openapi.yaml`. Do not edit.
import type { ApiDescription } from "@ninefold/toolkit/http";

export interface paths {
    readonly "/recommendations/{articleId}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get: operations["getRecommendations"];
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
        readonly Recommendations: {
            readonly articleIds: readonly string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Recommendations = components['schemas']['Recommendations'];
export type $defs = Record<string, never>;
export interface operations {
    readonly getRecommendations: {
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
            /** @description Articles, the best first. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Recommendations"];
                };
            };
        };
    };
}

/** Recommendations 1.0.0, for clients and servers. */
export const api: ApiDescription<operations> = {
  title: "Recommendations",
  version: "1.0.0",
  operations: {
    getRecommendations: {"method":"GET","path":"/recommendations/{articleId}","answers":["200"]},
  },
};
