import * as z from 'zod';
import { contractSchema } from '../../src/contract/schema/contract.ts';
import { derivedDefaults } from '../../src/contract/schema/fields.ts';

/** The contract as JSON Schema (2020-12), for editors and for checks in other languages. */
export function contractJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(contractSchema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      if (jsonSchema.$ref === undefined) {
        // Zod leaves these out wherever a text is turned into a value.
        const examples = z.globalRegistry.get(zodSchema)?.examples;
        if (examples) jsonSchema.examples = examples as typeof jsonSchema.examples;
      }
      if (zodSchema instanceof z.ZodDefault || zodSchema instanceof z.ZodPrefault) {
        jsonSchema.default = zodSchema.def.defaultValue as typeof jsonSchema.default;
      }
      const from = derivedDefaults.get(zodSchema)?.from;
      if (from !== undefined) jsonSchema.description = `${jsonSchema.description} Default: ${from}.`;
    },
  });
  return { $id: 'urn:ninefold:contract:v1', ...schema };
}
