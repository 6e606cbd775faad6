/**
 * Makes the rows of a table's body say `rows`. A cell is a text, or `{text, note, kind, title}` where `kind` is a class name of
 * this page's own. Text from outside is only ever text: nothing here makes markup of it. Elements are kept where they are, so
 * that a selection survives the next answer.
 */
export function fillRows(body, rows) {
  const heads = [...(body.closest('table').tHead?.rows[0]?.cells ?? [])];
  while (body.rows.length > rows.length) body.deleteRow(-1);
  for (const [index, cells] of rows.entries()) {
    const row = body.rows[index] ?? body.insertRow();
    row.role = 'row';
    while (row.cells.length > cells.length) row.deleteCell(-1);
    for (const [column, cell] of cells.entries()) {
      const element = row.cells[column] ?? addCell(row, { isHead: column === 0, head: heads[column] });
      fillCell(element, typeof cell === 'object' ? cell : { text: cell });
    }
  }
}

/** Sets a text only where it changes. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function addCell(row, { isHead, head }) {
  const cell = document.createElement(isHead ? 'th' : 'td');
  if (isHead) cell.scope = 'row';
  // A phone shows rows as cards, which takes a table's meaning from it in some browsers.
  cell.role = isHead ? 'rowheader' : 'cell';
  if (head) cell.dataset.label = head.textContent;
  if (head?.classList.contains('number')) cell.classList.add('number');
  // Isolated, because a name may turn the direction of what follows it.
  cell.append(document.createElement('bdi'), document.createElement('small'));
  row.append(cell);
  return cell;
}

function fillCell(cell, { text, note = '', kind = '', title = '' }) {
  const [main, small] = cell.children;
  setText(main, text);
  setText(small, note);
  if (main.className !== kind) main.className = kind;
  if (cell.title !== title) cell.title = title;
}
