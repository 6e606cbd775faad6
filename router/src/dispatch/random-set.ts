/** A set from which random members are drawn in constant time. */
export class RandomSet<T> {
  readonly #items: T[] = [];
  readonly #places = new Map<T, number>();

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    if (this.#places.has(item)) return;
    this.#places.set(item, this.#items.length);
    this.#items.push(item);
  }

  delete(item: T): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    const last = this.#items.pop();
    this.#places.delete(item);
    if (last === undefined || last === item) return;
    this.#items[place] = last;
    this.#places.set(last, place);
  }

  /** At most `count` members, all of them when there are no more; drawn at random otherwise, perhaps one of them twice. */
  sample(count: number, random: () => number): readonly T[] {
    if (this.#items.length <= count) return this.#items;
    return Array.from({ length: count }, () => this.#items[Math.floor(random() * this.#items.length)] as T);
  }
}
