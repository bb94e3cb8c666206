import { createInterface } from 'node:readline/promises';

/** Whether a person sits at this terminal and can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks a question that takes a typed word for a yes; anything else is a no. */
export async function confirm(question: string, word: string, signal?: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const prompt = `${question} Type ${word} to go on: `;
    const answer = await (signal ? lines.question(prompt, { signal }) : lines.question(prompt));
    return answer.trim() === word;
  } finally {
    lines.close();
  }
}
