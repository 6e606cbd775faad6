/** What a page is about, in one language: a title and paragraphs, the same each time. */
export interface Article {
  language: string;
  title: string;
  author: string;
  /** The main text. */
  paragraphs: string[];
  /** Text for what stands around it: teasers, comments, captions. */
  other: string[];
  /** Short labels for menus. */
  labels: string[];
}

interface Phrases {
  title: string;
  author: string;
  labels: string[];
  sentences: string[];
}

const SENTENCES_MIN = 2;
const SENTENCES_SPAN = 4;

const PHRASES: Record<string, Phrases> = {
  en: {
    title: 'How the old harbour was widened',
    author: 'Ada Miller',
    labels: ['Home', 'World', 'Business', 'Sport', 'Culture', 'About us', 'Contact', 'Privacy'],
    sentences: [
      'The first wall of {n} metres was built of timber, and it stood until the storm of that winter.',
      'Engineers measured the bay at {n} points, which took most of the summer.',
      'Nobody had asked the fishermen, although they knew every sandbank by name.',
      'When the stone arrived, {n} ships waited outside, and the council met at night.',
      'It is hard to say what the work cost, because the books of the year are lost.',
      'A second basin followed, deeper by {n} feet than the first, and open to the west.',
      'Today the quay is a promenade, where children jump into the water in July.',
      'Still, the tide decides when the ferry leaves, as it did {n} years ago.',
    ],
  },
  de: {
    title: 'Wie der alte Hafen verbreitert wurde',
    author: 'Jonas Weber',
    labels: ['Start', 'Politik', 'Wirtschaft', 'Sport', 'Kultur', 'Impressum', 'Kontakt', 'Datenschutz'],
    sentences: [
      'Die erste Mauer von {n} Metern war aus Holz gebaut, und sie hielt bis zum Sturm jenes Winters.',
      'Ingenieure vermaßen die Bucht an {n} Stellen, was fast den ganzen Sommer dauerte.',
      'Niemand hatte die Fischer gefragt, obwohl sie jede Sandbank beim Namen kannten.',
      'Als der Stein eintraf, warteten {n} Schiffe draußen, und der Rat tagte in der Nacht.',
      'Was die Arbeit gekostet hat, lässt sich kaum sagen, weil die Bücher verloren sind.',
      'Ein zweites Becken folgte, um {n} Fuß tiefer als das erste, und nach Westen offen.',
      'Heute ist der Kai eine Promenade, von der Kinder im Juli ins Wasser springen.',
    ],
  },
  fr: {
    title: 'Comment le vieux port fut élargi',
    author: 'Claire Dubois',
    labels: ['Accueil', 'Monde', 'Économie', 'Sports', 'Culture', 'Contact', 'À propos', 'Mentions légales'],
    sentences: [
      'Le premier mur de {n} mètres était en bois, et il tint jusqu’à la tempête de cet hiver-là.',
      'Les ingénieurs mesurèrent la baie en {n} points, ce qui prit presque tout l’été.',
      'Personne n’avait interrogé les pêcheurs, qui connaissaient pourtant chaque banc de sable.',
      'Quand la pierre arriva, {n} navires attendaient au large, et le conseil siégeait la nuit.',
      'Il est difficile de dire ce que coûtèrent les travaux, car les livres ont disparu.',
      'Un second bassin suivit, plus profond de {n} pieds que le premier, ouvert vers l’ouest.',
    ],
  },
  es: {
    title: 'Cómo se ensanchó el viejo puerto',
    author: 'Lucía Romero',
    labels: ['Inicio', 'Mundo', 'Economía', 'Deportes', 'Cultura', 'Contacto', 'Quiénes somos', 'Privacidad'],
    sentences: [
      'El primer muro, de {n} metros, era de madera, y aguantó hasta la tormenta de aquel invierno.',
      'Los ingenieros midieron la bahía en {n} puntos, lo que llevó casi todo el verano.',
      'Nadie había preguntado a los pescadores, aunque conocían cada banco de arena por su nombre.',
      'Cuando llegó la piedra, {n} barcos esperaban fuera, y el consejo se reunía de noche.',
      'Es difícil decir cuánto costó la obra, porque los libros de aquel año se perdieron.',
    ],
  },
  ru: {
    title: 'Как расширяли старую гавань',
    author: 'Анна Петрова',
    labels: ['Главная', 'Мир', 'Экономика', 'Спорт', 'Культура', 'Контакты', 'О нас', 'Правила'],
    sentences: [
      'Первая стена длиной {n} метров была деревянной, и она простояла до зимней бури.',
      'Инженеры измерили бухту в {n} точках, и на это ушло почти всё лето.',
      'Рыбаков никто не спросил, хотя они знали каждую отмель по имени.',
      'Когда привезли камень, {n} кораблей ждали снаружи, а совет заседал по ночам.',
      'Трудно сказать, сколько стоила работа, потому что книги того года утеряны.',
    ],
  },
  ja: {
    title: '古い港はどのように広げられたか',
    author: '佐藤花子',
    labels: ['ホーム', '国際', '経済', 'スポーツ', '文化', '会社概要', 'お問い合わせ', '利用規約'],
    sentences: [
      '最初の壁は長さ{n}メートルの木造で、その冬の嵐まで立っていた。',
      '技師たちは湾の{n}か所を測量し、それには夏のほとんどがかかった。',
      '漁師たちはすべての砂州の名前を知っていたのに、誰も彼らに尋ねなかった。',
      '石が届いたとき、外では{n}隻の船が待ち、議会は夜に開かれていた。',
      'その年の帳簿は失われたので、工事にいくらかかったのかを言うのは難しい。',
    ],
  },
  zh: {
    title: '旧港口是怎样拓宽的',
    author: '王小明',
    labels: ['首页', '国际', '财经', '体育', '文化', '关于我们', '联系方式', '隐私政策'],
    sentences: [
      '第一道长{n}米的墙是木头造的，一直立到那年冬天的风暴。',
      '工程师们在{n}个地点测量了海湾，花去了几乎整个夏天。',
      '没有人问过渔民，尽管他们叫得出每一处沙洲的名字。',
      '石料运到的时候，{n}艘船等在外面，议会在夜里开会。',
      '很难说工程花了多少钱，因为那一年的账本已经丢失。',
    ],
  },
};

export const LANGUAGES = Object.keys(PHRASES);

/** The same article for the same number. `size` paragraphs. */
export function writeArticle(language: string, number: number, size: number): Article {
  const phrases = PHRASES[language];
  if (!phrases) throw new RangeError(`there are no phrases in ${language}`);
  const random = sequence(number * 7919 + language.charCodeAt(0));
  const sentence = () => {
    const { sentences } = phrases;
    return (sentences[random() % sentences.length] ?? '').replace('{n}', String(random() % 9_000));
  };
  const gap = language === 'ja' || language === 'zh' ? '' : ' ';
  const paragraph = () =>
    Array.from({ length: SENTENCES_MIN + (random() % SENTENCES_SPAN) }, sentence).join(gap);
  return {
    language,
    title: `${phrases.title} ${number}`,
    author: phrases.author,
    paragraphs: Array.from({ length: size }, paragraph),
    other: Array.from({ length: 12 }, sentence),
    labels: phrases.labels,
  };
}

/** A linear congruential sequence: pages have to be the same on every machine. */
function sequence(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
}
