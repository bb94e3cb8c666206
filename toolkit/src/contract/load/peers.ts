/**
 * Loads an optional peer on first use.
 *
 * @throws Error that says what to install.
 */
export async function loadPeer<Module>(
  name: string,
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new Error(`${name} is needed to read ${purpose}. Install it: npm install ${name}`, {
        cause: error,
      });
    }
    throw error;
  }
}
