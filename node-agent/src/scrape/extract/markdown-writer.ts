import { foldBlanks } from './fold-blanks.ts';

const HARD_BREAK = '  ';

/** Puts together Markdown, block by block, each line with the prefix of the quotes and lists it stands in. */
export class MarkdownWriter {
  length = 0;
  readonly #parts: string[] = [];
  readonly #containers: Container[] = [];
  readonly #marks: Mark[] = [];
  #breaks = 0;
  #hasBlank = false;
  #isLineStart = true;

  /** Ends the line, or with 2 the paragraph. Inside a link, which has no lines, it is a blank, and the line ends behind the link. */
  break(count: 1 | 2): void {
    const inner = this.#marks.findLast(({ isOneLine, isOpen }) => isOneLine && isOpen);
    if (inner) {
      this.#hasBlank = true;
      inner.owed = Math.max(inner.owed, count);
      return;
    }
    // Marks do not reach over lines: they are closed here and opened again with the next word.
    for (const mark of this.#marks.toReversed()) this.#close(mark);
    this.#breaks = Math.max(this.#breaks, count);
    this.#hasBlank = false;
  }

  /** A line break within a paragraph; two of them part paragraphs, as pages without any use them. */
  hardBreak(): void {
    if (this.#breaks === 1 && this.#parts.at(-1) === HARD_BREAK) {
      this.#parts.pop();
      this.length -= HARD_BREAK.length;
      this.#breaks = 2;
    } else if (this.#isLineStart || this.#marks.some(({ isOneLine }) => isOneLine)) this.#hasBlank = true;
    else if (this.#breaks === 0) {
      for (const mark of this.#marks.toReversed()) this.#close(mark);
      this.#push(HARD_BREAK);
      this.#breaks = 1;
      this.#hasBlank = false;
    }
  }

  /** A quote or a list item: the first line begins with `first`, the others with `rest`. */
  openContainer(first: string, rest: string): void {
    // A link cannot hold blocks, so within one the container is only its words.
    if (this.#isInline()) this.#containers.push({ first: '', rest: '', isBegun: true });
    else this.#containers.push({ first, rest, isBegun: false });
  }

  closeContainer(): void {
    this.#containers.pop();
  }

  /** What stands before and behind the words inside, if there are any. */
  openMark(open: string, close: string, isOneLine = false): void {
    // The same mark twice would read as another, and links do not nest.
    const isRepeated = this.#marks.some((mark) => mark.open === open);
    this.#marks.push({
      ...(isRepeated ? { open: '', close: '' } : { open, close }),
      isOneLine,
      isOpen: false,
      owed: 0,
    });
  }

  closeMark(): void {
    const mark = this.#marks.pop();
    if (!mark) return;
    this.#close(mark);
    if (mark.owed > 0) this.break(mark.owed > 1 ? 2 : 1);
  }

  /** Words; runs of white space are one blank. `toMarkup` is told whether they begin a line. */
  words(data: string, toMarkup: (text: string, isLineStart: boolean) => string): void {
    const words = foldBlanks(data);
    const core = words.trim();
    if (words.startsWith(' ')) this.#hasBlank = true;
    if (core !== '') {
      this.#begin();
      this.#push(toMarkup(core, this.#isLineStart));
      this.#isLineStart = false;
    }
    if (words.endsWith(' ')) this.#hasBlank = true;
  }

  /** Markup that is words: a picture, code. */
  span(markup: string): void {
    this.#begin();
    this.#push(markup);
    this.#isLineStart = false;
  }

  /** Lines as they are, as a block of their own. */
  block(lines: readonly string[]): void {
    if (this.#isInline()) {
      this.span(lines.join(' '));
      return;
    }
    this.break(2);
    for (const line of lines) {
      this.#startLine();
      this.#push(line);
      this.#isLineStart = false;
      this.#breaks = 1;
    }
    this.break(2);
  }

  toString(): string {
    return this.#parts.join('').trim();
  }

  /** Before words: line breaks, blanks and marks that are due. */
  #begin(): void {
    if (this.#breaks > 0 || this.#parts.length === 0 || this.#containers.some(({ isBegun }) => !isBegun)) {
      this.#startLine();
    } else if (this.#hasBlank && !this.#isLineStart) this.#push(' ');
    this.#hasBlank = false;
    for (const mark of this.#marks) {
      if (mark.isOpen) continue;
      this.#push(mark.open);
      mark.isOpen = true;
    }
  }

  #startLine(): void {
    if (this.#parts.length > 0) {
      this.#push('\n');
      const outer = this.#containers.filter(({ isBegun }) => isBegun).map(({ rest }) => rest);
      if (this.#breaks > 1) this.#push(`${outer.join('').trimEnd()}\n`);
    }
    for (const container of this.#containers) {
      this.#push(container.isBegun ? container.rest : container.first);
      container.isBegun = true;
    }
    this.#breaks = 0;
    this.#hasBlank = false;
    this.#isLineStart = true;
  }

  #isInline(): boolean {
    return this.#marks.some(({ isOneLine, isOpen }) => isOneLine && isOpen);
  }

  #close(mark: Mark): void {
    if (!mark.isOpen) return;
    this.#push(mark.close);
    mark.isOpen = false;
  }

  #push(text: string): void {
    this.#parts.push(text);
    this.length += text.length;
  }
}

interface Container {
  first: string;
  rest: string;
  isBegun: boolean;
}

interface Mark {
  open: string;
  close: string;
  isOneLine: boolean;
  isOpen: boolean;
  /** The break that blocks inside it ask for. */
  owed: number;
}
