/** How the page of a report looks: on a light and a dark screen, and on paper. */
import { lineStyle } from '../../protocol/drawing/palette.ts';
import { classOf } from './drawings/svg.ts';

/** As many as the palette has. */
const COLOURS = 8;

/** Drawings have the colours of paper in them; on a dark screen each is replaced by its lighter sister. */
const lightened = Array.from({ length: COLOURS }, (_, i) => {
  const name = classOf(lineStyle(i, 'light').colour);
  const { colour } = lineStyle(i, 'dark');
  return `svg .${name}{stroke:${colour}}svg .${name}.dot,svg .${name}.band{fill:${colour};stroke:none}`;
}).join('');

export const STYLE = `
:root{--text:#1d1d1f;--muted:#5a5a60;--line:#d5d5da;--soft:#f5f5f7;--page:#ffffff;--link:#0b57a4}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem 1.5rem 5rem;max-width:66rem;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;color:var(--text);background:var(--page)}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}
h2{font-size:1.4rem;margin:3rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;margin:2rem 0 .4rem}
h4{font-size:1rem;margin:1.4rem 0 .3rem}
h1,h2,h3,h4,p,li,figcaption,.words{overflow-wrap:anywhere}
p,ul{margin:.5rem 0;max-width:48rem}
.about,figcaption,.caption{color:var(--muted)}
a{color:var(--link)}
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{background:var(--soft);padding:.1em .3em;border-radius:3px}
pre{background:var(--soft);padding:.8rem 1rem;border-radius:6px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
nav ul{list-style:none;padding:0;columns:2;column-gap:2rem;font-size:.92rem}
nav .l3{padding-left:1.1rem}
.table{overflow-x:auto;margin:0 0 1.2rem}
table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums;min-width:50%}
.caption{font-size:.9rem;margin:1.2rem 0 .4rem;max-width:60rem;break-after:avoid}
thead th{border-top:1.5px solid var(--text);border-bottom:1px solid var(--text);vertical-align:bottom}
tbody tr:last-child>*{border-bottom:1.5px solid var(--text)}
th,td{padding:.28rem .7rem;text-align:right;vertical-align:top;font-weight:400;white-space:nowrap}
thead th,strong{font-weight:650}
thead th{white-space:normal}
.words{text-align:left;white-space:normal}
th.words:first-child{min-width:8rem}
td.words{min-width:9rem;max-width:26rem}
figure{margin:1.4rem 0;break-inside:avoid}
.drawings{display:flex;flex-wrap:wrap;gap:1rem 1.4rem;align-items:flex-start}
figure svg{max-width:100%;height:auto}
figcaption{font-size:.9rem;margin-top:.5rem;max-width:48rem}
details{margin:1rem 0}
summary{cursor:pointer;font-weight:600}
@media (prefers-color-scheme:dark){
:root{--text:#e6e6ea;--muted:#a3a3ab;--line:#3c3c43;--soft:#26262b;--page:#18181b;--link:#7fb8f0}
@media screen{svg text{fill:var(--text)}svg .grid{stroke:#3c3c43}svg .axis{stroke:#a3a3ab}${lightened}}
}
@media print{
html{font-size:10pt}
:root{--text:#000;--muted:#333;--line:#999;--soft:#f2f2f2;--page:#fff;--link:#000}
body{padding:0;max-width:none;font-size:1rem}
nav{display:none}
h2,h3,h4{break-after:avoid}
tr{break-inside:avoid}
.table{overflow:visible}
table{font-size:7.5pt}
th,td{padding:.12rem .3rem}
td.words,th.words:first-child{min-width:0}
th,td,.words{overflow-wrap:normal;white-space:normal}
td:not(.words){white-space:nowrap}
figure svg{max-width:48%}
figure svg:only-child{max-width:100%}
a{text-decoration:none}
@page{margin:16mm}
}
`;
