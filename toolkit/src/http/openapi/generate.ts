import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadOpenapi, type OpenapiDocument } from './document.ts';
import type { OperationDescription } from './types.ts';

/**
 * How {@link generateApi} writes.
 *
 * @example
 * const options: GenerateOptions = { module: '@ninefold/toolkit/http' };
 */
export interface GenerateOptions {
  /** Where generated code imports the toolkit's types from. @default '@ninefold/toolkit/http' */
  readonly module?: string;
}

/**
 * Writes TypeScript for an OpenAPI 3.1 document: the types of everything it describes, by `openapi-typescript`, and
 * the description that {@link apiClient} and `registerOperations` take. The same document always gives the same text,
 * and the text needs no compiler but one that strips types.
 *
 * @throws `OpenapiError` when the document is not fit.
 * @example
 * await writeFile('stock-api.ts', await generateApi('../stock/openapi.yaml'));
 */
export async function generateApi(file: string | URL, options: GenerateOptions = {}): Promise<string> {
  const document = await loadOpenapi(file);
  const types = await generateTypes(file, document);
  const { module = '@ninefold/toolkit/http' } = options;
  const operations = document.operations.map((operation) => {
    const description: OperationDescription = {
      method: operation.method as OperationDescription['method'],
      path: operation.path,
      ...(operation.body && { body: usualMediaType(Object.keys(operation.body.content)) }),
      answers: Object.keys(operation.answers).filter((status) => status !== 'default'),
    };
    return `    ${operation.id}: ${JSON.stringify(description)},\n`;
  });
  return [
    `// Written by \`ninefold-toolkit generate ${document.file}\`. Do not edit.\n`,
    `import type { ApiDescription } from ${JSON.stringify(module)};\n\n`,
    types,
    '\n',
    `/** ${escapeComment(document.title)} ${escapeComment(document.version)}, for clients and servers. */\n`,
    'export const api: ApiDescription<operations> = {\n',
    `  title: ${JSON.stringify(document.title)},\n`,
    `  version: ${JSON.stringify(document.version)},\n`,
    '  operations: {\n',
    ...operations,
    '  },\n',
    '};\n',
  ].join('');
}

async function generateTypes(file: string | URL, document: OpenapiDocument): Promise<string> {
  const { default: openapiTypescript, astToString } = await import('openapi-typescript');
  const url = file instanceof URL ? file : pathToFileURL(file);
  const types = astToString(
    await openapiTypescript(url, {
      immutable: true,
      rootTypes: true,
      rootTypesNoSchemaPrefix: true,
      defaultNonNullable: false,
      silent: true,
    }),
  );
  // Nothing of the machine it was written on belongs into the text.
  if (types.includes(fileURLToPath(url)))
    throw new Error(`the types of ${document.file} name the path of the file`);
  return types;
}

function usualMediaType(mediaTypes: readonly string[]): string {
  return mediaTypes.includes('application/json') ? 'application/json' : (mediaTypes[0] ?? 'application/json');
}

function escapeComment(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ');
}
