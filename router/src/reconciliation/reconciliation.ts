/** The way into the reconciliation domain. */

export { type Books, type BooksChecker, createBooksChecker, formatUnits } from './check-books.ts';
export { createReconciler, type LastCheck, type Reconciler } from './create-reconciler.ts';
export { liabilities } from './find-warnings.ts';
export { type Freeze, freezePayouts, openFreezes, releaseFreeze } from './freezes.ts';
export { readSolvency, type Solvency, solvencyView } from './read-solvency.ts';
