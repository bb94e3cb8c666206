import type { ErrorObject, ValidateFunction } from 'ajv';
import type { OpenapiDocument } from './document.ts';

/** Checks values against the schemas of a document; all violations at once. */
export class Schemas {
  readonly #document: OpenapiDocument;
  readonly #compile: (schema: object, coerce: boolean) => ValidateFunction;

  private constructor(
    document: OpenapiDocument,
    compile: (schema: object, coerce: boolean) => ValidateFunction,
  ) {
    this.#document = document;
    this.#compile = compile;
  }

  static async of(document: OpenapiDocument): Promise<Schemas> {
    const [{ Ajv2020 }, { default: addFormats }] = await Promise.all([
      import('ajv/dist/2020.js'),
      import('ajv-formats'),
    ]);
    const create = (coerceTypes: false | 'array') => {
      const ajv = new Ajv2020({ strict: false, allErrors: true, useDefaults: true, coerceTypes });
      addFormats.default(ajv);
      for (const [uri, content] of document.files) {
        if (typeof content === 'object' && content !== null) ajv.addSchema(content, uri, undefined, false);
      }
      return ajv;
    };
    const [exact, coercing] = [create(false), create('array')];
    return new Schemas(document, (schema, coerce) => (coerce ? coercing : exact).compile(schema));
  }

  /** A check by the schema at a place of the document. */
  at(uri: string): Check {
    return toCheck(this.#compile({ $ref: uri }, false));
  }

  /** A check of the parameters in one place, which arrive as text. */
  parameters(schema: object): Check {
    return toCheck(this.#compile(schema, true));
  }

  get file(): string {
    return this.#document.file;
  }
}

/** Gives what is wrong with a value; undefined when nothing is. */
export type Check = (value: unknown) => readonly ErrorObject[] | undefined;

function toCheck(validate: ValidateFunction): Check {
  return (value) => (validate(value) ? undefined : (validate.errors ?? []));
}
