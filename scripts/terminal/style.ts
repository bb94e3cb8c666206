/** Colours and signs for people; plain text where the stream is no terminal or NO_COLOR is set. */
import { styleText } from 'node:util';

/** What a piece of text is, from which its colour follows. */
export type Role = 'strong' | 'quiet' | 'good' | 'warning' | 'bad' | 'accent';

const formats = {
  strong: 'bold',
  quiet: 'dim',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
  accent: 'cyan',
} as const;

/** Paints text for one stream. */
export type Paint = (role: Role, text: string) => string;

/** A painter for the stream that the text is written to. */
export function painter(stream: NodeJS.WriteStream): Paint {
  return (role, text) => styleText(formats[role], text, { stream });
}
