import { createServer, type Server, type Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { pdfBomb } from './test-pdf.ts';
import { bytesPage, type Page, redirectPage } from './web-site.ts';
import { zstdBomb } from './zstd-frame.ts';

const MIB = 1024 * 1024;
const HTML = { 'content-type': 'text/html' };

/** Japanese, and the characters that tell windows-1252 from Latin-1. */
export const JAPANESE = '日本語のページ';
export const EUROS = '“10 €” – café';

function encoded(text: string, encoding: string, contentType: string, meta = ''): Page {
  return bytesPage(
    iconv.encode(
      `<html><head>${meta}<title>${text}</title></head><body><p>${text}</p></body></html>`,
      encoding,
    ),
    {
      'content-type': contentType,
    },
  );
}

function compressed(coding: string, bytes: Uint8Array): Page {
  return bytesPage(bytes, { ...HTML, 'content-encoding': coding });
}

const hello = '<title>packed</title><p>hello</p>';

/** Pages that a scraper meets sooner or later, by path. */
export const NASTY_PAGES: Record<string, Page> = {
  '/sjis-header': encoded(JAPANESE, 'Shift_JIS', 'text/html; charset=Shift_JIS'),
  '/sjis-meta': encoded(JAPANESE, 'Shift_JIS', 'text/html', '<meta charset="shift_jis">'),
  '/eucjp-meta': encoded(
    JAPANESE,
    'EUC-JP',
    'text/html',
    '<meta http-equiv="Content-Type" content="text/html; charset=EUC-JP">',
  ),
  '/late-meta': encoded(
    JAPANESE,
    'Shift_JIS',
    'text/html',
    `<!--${' '.repeat(3000)}--><meta charset="shift_jis">`,
  ),
  '/1252-header': encoded(EUROS, 'windows-1252', 'text/html; charset=windows-1252'),
  '/1252-as-latin1': encoded(EUROS, 'windows-1252', 'text/html; charset=ISO-8859-1'),
  '/1252-undeclared': encoded(EUROS, 'windows-1252', 'text/html'),
  '/1252-bad-label': encoded(EUROS, 'windows-1252', 'text/html; charset=no-such-thing'),
  '/utf8-undeclared': encoded(JAPANESE, 'utf8', 'text/html'),
  '/utf8-bom-beats-header': bytesPage(`\ufeff<title>${JAPANESE}</title>`, {
    'content-type': 'text/html; charset=windows-1252',
  }),
  '/utf16le-bom': bytesPage(iconv.encode(`<title>${JAPANESE}</title>`, 'utf-16le', { addBOM: true }), HTML),
  '/koi8r': encoded('Привет', 'koi8-r', 'text/html; charset=koi8-r'),
  '/gbk': encoded('中文网页', 'gbk', 'text/html', '<meta charset=gbk>'),

  '/gzip': compressed('gzip', gzipSync(hello)),
  '/gzip-members': compressed(
    'gzip',
    Buffer.concat([hello.slice(0, 9), hello.slice(9)].map((part) => gzipSync(part))),
  ),
  '/br': compressed('br', brotliCompressSync(hello)),
  '/deflate': compressed('deflate', deflateSync(hello)),
  '/deflate-raw': compressed('deflate', deflateRawSync(hello)),
  '/gzip-twice': compressed('gzip, gzip', gzipSync(gzipSync(hello))),
  '/gzip-cut': compressed('gzip', gzipSync(hello.repeat(500)).subarray(0, 40)),
  '/gzip-not': compressed('gzip', Buffer.from(hello)),
  '/gzip-bomb': compressed('gzip', gzipSync(Buffer.alloc(64 * MIB, 'a'))),
  '/gzip-bomb-twice': compressed('gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * MIB)))),
  '/br-bomb': compressed('br', brotliCompressSync(Buffer.alloc(64 * MIB, 'a'))),
  '/codings-many': compressed('gzip, gzip, gzip', gzipSync(hello)),
  '/zstd': compressed('zstd', Buffer.from('....')),

  '/loop': redirectPage('/loop'),
  '/ping': redirectPage('/pong'),
  '/pong': redirectPage('/ping', 307),
  '/hop1': redirectPage('/hop2?x=ü', 301),
  '/hop2': redirectPage('//127.0.0.1:PORT/arrived#there', 308),
  '/arrived': bytesPage('<title>arrived</title>'),
  '/redirect-nowhere': redirectPage('http://[bad/'),
  '/redirect-without': bytesPage('<title>no location</title>', {}, 302),
  '/redirect-empty': bytesPage('<title>empty location</title>', { location: '' }, 302),

  '/huge': bytesPage(`<title>huge</title>${'<p>word</p>'.repeat(2 * MIB)}`),
  '/wide': bytesPage(`<title>wide</title>${'<b></b>'.repeat(600_000)}`),
  '/deep': bytesPage(`<title>deep</title>${'<div>'.repeat(15_000)}the bottom`),
  '/abyss': bytesPage('<div>'.repeat(500_000)),
  '/deep-lists': bytesPage(`<title>lists</title>${'<ul><li>'.repeat(5_000)}the bottom`),
  '/long-line': bytesPage(`<title>line</title>${' '.repeat(2 * MIB)}end`),
  '/quadratic': bytesPage(`<title>quadratic</title>${'<div></div>'.repeat(60_000)}`),
  '/empty': bytesPage(''),
  '/only-text': bytesPage('no tags at all'),
  '/broken': bytesPage(
    '<title>brok&eacute;n</title><p>one<div>two</p><table><tr><td>a<td>b</table><a href="x>y',
  ),
  '/null-bytes': bytesPage('<title>nul\0l</title><p>a\0b</p>'),
  '/surrogate': bytesPage('<script type="application/ld+json">{"a":"\\ud800 x"}</script><p>\\ud800</p>'),
  '/missing': bytesPage('<title>gone</title><p>nothing here</p>', {}, 404),
  '/broke': bytesPage('<title>down</title>', {}, 503),

  '/png': bytesPage(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]), { 'content-type': 'image/png' }),
  '/pdf': bytesPage('%PDF-1.7', { 'content-type': 'application/pdf' }),
  '/zip': bytesPage('PK', { 'content-type': 'application/zip' }),
  '/json': bytesPage('{"a":[1,2,"<meta charset=gbk>é"]}', { 'content-type': 'application/json' }),
  '/json-bad': bytesPage('{"a":', { 'content-type': 'application/json' }),
  '/rss': bytesPage(
    '<?xml version="1.0"?><rss><channel><title>feed</title><item><title>one</title></item></channel></rss>',
    {
      'content-type': 'application/rss+xml',
    },
  ),
  '/plain': bytesPage('plain <b>text</b>', { 'content-type': 'text/plain' }),

  '/not-really-gzip-br': compressed('gzip, br', brotliCompressSync(gzipSync(hello))),
  '/zstd-bomb': compressed('zstd', zstdBomb(100_000)),
  '/coding-unknown': compressed('snappy', Buffer.from(hello)),
  '/meta-refresh': bytesPage(
    '<title>refresh</title><meta http-equiv=refresh content="0;url=/arrived"><p>stay</p>',
  ),
  '/meta-refresh-loop': bytesPage('<title>again</title><meta http-equiv=refresh content="0"><p>again</p>'),
  '/consent': bytesPage(
    '<title>article</title><div id=consent role=dialog style="position:fixed;inset:0;z-index:9999"><p>We value your privacy</p><button>Accept</button></div><main><h1>Real</h1><p>the article behind the wall</p></main>',
  ),
  '/attributes': bytesPage(`<title>attributes</title><p ${'data-x="y" '.repeat(100_000)}>text</p>`),
  '/long-attribute': bytesPage(`<title>attribute</title><p title="${'x'.repeat(3 * MIB)}">text</p>`),
  '/entities': bytesPage(`<title>entities</title><p>${'&amp;&#x41;&notanentity;'.repeat(100_000)}</p>`),
  '/comments': bytesPage(`<title>comments</title>${'<!-- x --><!-->-->'.repeat(100_000)}<p>text</p>`),
  '/table': bytesPage(`<title>table</title><table>${'<tr><td>a<td>b'.repeat(20_000)}</table>`),
  '/unclosed': bytesPage('<title>unclosed</title><p>text<script>while(true'),
  '/nested-forms': bytesPage(`<title>forms</title>${'<form><table><tr>'.repeat(2_000)}text`),
  '/xml-bomb': bytesPage(
    `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">${[...'bcdefghij'].map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}]><r>&j;</r>`,
    { 'content-type': 'application/xml' },
  ),
  '/xml-external': bytesPage(
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
    { 'content-type': 'application/xml' },
  ),
  '/json-deep': bytesPage(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, {
    'content-type': 'application/json',
  }),
  '/headers-many': (_request, response) => {
    for (let i = 0; i < 900; i += 1) response.setHeader(`x-${i}`, 'y');
    response.setHeader('content-type', 'text/html');
    response.end('<title>headers</title>');
  },
  '/cookies-many': (_request, response) => {
    response
      .writeHead(302, {
        location: '/arrived',
        'set-cookie': Array.from({ length: 400 }, (_, i) => `c${i}=${'x'.repeat(50)}`),
      })
      .end();
  },
  '/early-end': (_request, response) => {
    response.writeHead(200, { ...HTML, 'content-length': '1000' }).write('<title>early</title>');
    setTimeout(() => response.destroy(), 20);
  },
  '/204': bytesPage('', {}, 204),
  '/range': bytesPage('<title>part</title>', { 'content-range': 'bytes 0-18/5000' }, 206),
  '/svg': bytesPage('<svg xmlns="http://www.w3.org/2000/svg"><text>drawn</text></svg>', {
    'content-type': 'image/svg+xml',
  }),
  '/lying-image': bytesPage('<title>I say I am a picture</title>', { 'content-type': 'image/gif' }),
  '/lying-html': bytesPage(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]), HTML),
  '/pdf-bomb': bytesPage(pdfBomb(), { 'content-type': 'application/pdf' }),

  '/silent': () => undefined,
  '/slow-body': (_request, response) => drip(response, 100),
  '/hints-forever': ({ socket }) => pour(socket, 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'),
  '/chunk-extensions': ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n');
    pour(socket, `1;${'x'.repeat(8000)}\r\na\r\n`);
  },
  '/endless': (_request, response) => {
    response.writeHead(200, HTML);
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  },
};

/** Of them, those that only the deadline ends. */
export const WAITING_PAGES = ['/silent', '/slow-body', '/hints-forever', '/chunk-extensions'];

function pour(socket: Socket, text: string): void {
  const timer = setInterval(() => socket.write(text), 5);
  socket.on('close', () => clearInterval(timer));
}

function drip(response: Parameters<Page>[1], everyMs: number): void {
  response.writeHead(200, HTML).write('<title>slow</title>');
  const timer = setInterval(() => response.write('.'), everyMs);
  response.on('close', () => clearInterval(timer));
}

/** Answers that no HTTP library would send. */
export const RAW_ANSWERS: Record<string, string> = {
  '/length-too-long':
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<title>half</title>',
  '/chunks-cut':
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n<title>half</title>',
  '/two-lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello',
  '/not-http': 'SSH-2.0-OpenSSH_9.2\r\n',
  '/nothing': '',
  '/switching': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  '/huge-header': `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(200_000)}\r\n\r\nhi`,
  '/bad-chunk': 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx',
  '/negative-length': 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: -5\r\n\r\nx',
  '/hints':
    'HTTP/1.1 103 Early Hints\r\nLink: </x.js>; rel=preload; as=script\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n<title>hints</title>',
  '/http10': 'HTTP/1.0 200 OK\r\n\r\n<title>ten</title>',
  '/no-type': 'HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\n<title>untyped</title><p>hello</p>',
  '/no-type-binary': 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\x00\x01\x02\x03',
};

/** Serves RAW_ANSWERS by path, byte for byte, and hangs up. */
export async function startRawServer(): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    socket.once('data', (data) => {
      const path = data.toString('latin1').split(' ')[1] ?? '';
      const local = path.startsWith('http') ? new URL(path).pathname : path;
      socket.end(Buffer.from(RAW_ANSWERS[local] ?? '', 'latin1'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
