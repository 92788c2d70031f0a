// Checks the code of a statement of results in the browser: docs/statement.md says how. It asks a server nothing but
// whether the statement is still current, and a saved page asks nobody.
(() => {
  "use strict";
  const first = (selector) => document.querySelector(selector);
  const told = JSON.parse(first("#check-data").textContent); // {keys, words, withdrawn, saved, language}
  const box = first("#check"), paste = first("#paste");
  const DAMAGED = "damaged", LONGEST = 65536, PATIENCE = 6000; // ms

  const fail = (why) => { throw new Error(why); };

  // Five digits are two bytes, three at the end are one
  const bytesOf = (text) => {
    const digits = text.slice(text.indexOf("#") + 1).replace(/\s/g, "");
    if (!/^(\d{5})+(\d{3})?$/.test(digits)) fail(DAMAGED);
    const out = [];
    digits.match(/\d{5}|\d{3}$/g).forEach((group) => {
      const number = Number(group);
      if (number > (group.length === 5 ? 65535 : 255)) fail(DAMAGED);
      if (group.length === 5) out.push(number >> 8);
      out.push(number & 255);
    });
    return new Uint8Array(out);
  };

  // CBOR (RFC 8949): definite lengths in their shortest form, and nothing behind
  const cbor = (data) => {
    let at = 0;
    const utf8 = new TextDecoder("utf-8", { fatal: true });
    const value = (depth) => {
      const head = data[at++], kind = head >> 5, small = head & 31;
      if (head === 0xf6) return null;
      if (depth > 5 || !(kind < 6) || small > 26) fail(DAMAGED);
      let size = small;
      if (small > 23) {
        const count = 1 << (small - 24);
        if (at + count > data.length) fail(DAMAGED);
        size = 0;
        for (let i = 0; i < count; i++) size = size * 256 + data[at++];
        if (size < [24, 256, 65536][small - 24]) fail(DAMAGED);
      }
      if (kind < 2) return kind ? -1 - size : size;
      if (at + size > data.length) fail(DAMAGED);
      if (kind < 4) {
        const part = data.subarray(at, at += size);
        return kind === 2 ? part : utf8.decode(part);
      }
      const items = [];
      for (let i = 0; i < size; i++) items.push(kind === 4 ? value(depth + 1) : [value(depth + 1), value(depth + 1)]);
      return kind === 4 ? items : new Map(items);
    };
    const whole = value(0);
    return at === data.length ? whole : fail(DAMAGED);
  };

  // Raw deflate (RFC 1951): only what was signed is ever inflated
  const table = (lengths) => {
    const counts = new Array(16).fill(0), next = [0, 0], codes = new Map();
    lengths.forEach((length) => { counts[length] += 1; });
    counts[0] = 0;
    for (let bits = 1; bits < 15; bits++) next[bits + 1] = (next[bits] + counts[bits]) << 1;
    lengths.forEach((length, symbol) => { if (length) codes.set(length * 65536 + next[length]++, symbol); });
    return codes;
  };
  const series = (start, steps) => { // base values and extra bits of lengths and distances
    const all = [];
    let base = start;
    steps.forEach((extra) => { all.push([base, extra]); base += 1 << extra; });
    return all;
  };
  const LENGTHS = series(3, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]);
  const DISTANCES = series(1, [0, 0].concat(...Array.from({ length: 14 }, (_, i) => [i, i])));
  const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  LENGTHS.push([258, 0]);
  const inflate = (data) => {
    const out = [];
    let at = 0, held = 0, count = 0;
    const bits = (wanted) => {
      while (count < wanted) {
        if (at >= data.length) fail(DAMAGED);
        held |= data[at++] << count;
        count += 8;
      }
      const value = held & ((1 << wanted) - 1);
      held >>>= wanted;
      count -= wanted;
      return value;
    };
    const symbol = (codes) => {
      for (let length = 1, code = 0; length < 16; length++) {
        code = code << 1 | bits(1);
        const found = codes.get(length * 65536 + code);
        if (found !== undefined) return found;
      }
      return fail(DAMAGED);
    };
    const dynamic = () => {
      const literals = bits(5) + 257, distances = bits(5) + 1, lengths = new Array(19).fill(0), all = [];
      for (let i = bits(4) + 4, place = 0; i > 0; i--) lengths[ORDER[place++]] = bits(3);
      const codes = table(lengths);
      while (all.length < literals + distances) {
        const next = symbol(codes);
        const [again, what] = next < 16 ? [1, next] : next === 16 ? [3 + bits(2), all[all.length - 1]]
          : next === 17 ? [3 + bits(3), 0] : [11 + bits(7), 0];
        for (let i = 0; i < again; i++) all.push(what);
      }
      return [table(all.slice(0, literals)), table(all.slice(literals))];
    };
    const fixed = () => [table(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
      table(new Array(30).fill(5))];
    for (let last = 0; !last;) {
      last = bits(1);
      const kind = bits(2);
      if (kind === 3) fail(DAMAGED);
      if (kind === 0) {
        held = count = 0;
        const size = data[at] | data[at + 1] << 8;
        at += 4;
        if (at + size > data.length || out.length + size > LONGEST) fail(DAMAGED);
        for (let i = 0; i < size; i++) out.push(data[at++]);
        continue;
      }
      const [literals, distances] = kind === 2 ? dynamic() : fixed();
      for (;;) {
        const next = symbol(literals);
        if (next === 256) break;
        if (next < 256) { out.push(next); } else {
          const [length, more] = LENGTHS[next - 257] || fail(DAMAGED), size = length + bits(more);
          const [distance, further] = DISTANCES[symbol(distances)] || fail(DAMAGED), back = distance + bits(further);
          if (back > out.length) fail(DAMAGED);
          for (let i = 0; i < size; i++) out.push(out[out.length - back]);
        }
        if (out.length > LONGEST) fail(DAMAGED);
      }
    }
    return new Uint8Array(out);
  };

  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = (data) => btoa(String.fromCharCode(...data)).replace(/\+/g, "-").replace(/\//g, "_");
  const joined = (...parts) => new Uint8Array([].concat(...parts.map((part) => Array.from(part))));

  // {key, number, at, content, digest} of a code that is right. Throws an Error with the name of what is wrong
  const check = async (text) => {
    const message = bytesOf(text), parts = cbor(message);
    if (!Array.isArray(parts) || parts.length !== 4 || !(parts[1] instanceof Map)) fail(DAMAGED);
    const [head, open, payload, signature] = parts;
    if (![head, payload, signature].every((part) => part instanceof Uint8Array)) fail(DAMAGED);
    const headers = cbor(head);
    if (!(headers instanceof Map) || headers.size !== 2 || headers.get(1) !== -7 || open.size || signature.length !== 64
      || !(headers.get(4) instanceof Uint8Array)) fail(DAMAGED);
    const kid = base64(headers.get(4)), key = told.keys.find((one) => one.kid === kid) || fail("no_key");
    const signed = joined([0x84, 0x6a], new TextEncoder().encode("Signature1"), message.subarray(1, 2 + head.length),
      [0x40], message.subarray(3 + head.length, message.length - 66));
    const how = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }, { kty, crv, x, y } = key;
    const known = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, how, false, ["verify"]);
    if (!await crypto.subtle.verify(how, known, signature, signed)) fail("wrong");
    const sheet = cbor(inflate(payload)), at = sheet.get(3), inner = sheet.get(4);
    if (sheet.get(1) !== 1) fail("newer");
    if (!key.revoked && (at < key.nbf || at > key.exp)) fail("not_in_force");
    const digest = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", inner)));
    return { key, at, digest, number: hex(sheet.get(2)), content: cbor(inner) };
  };

  // The state and the series that are kept, from the server; {} where it was not reached
  const asked = async ({ number, digest }) => {
    if (told.saved) return {};
    const question = async () => {
      const answer = await fetch("/verify/state", {
        method: "POST", body: new URLSearchParams({ number, digest }), credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      return answer.ok ? answer.json() : {};
    };
    const patience = new Promise((done) => { setTimeout(() => done({}), PATIENCE); });
    return Promise.race([question().catch(() => ({})), patience]);
  };

  // Which sentence holds. A revoked key vouches for nothing by itself
  const verdict = ({ key, number, content }, { state, kept = [] }) => {
    if (state === "withdrawn" || told.withdrawn.includes(number)) return "withdrawn";
    const recorded = ["current", "changed", "hidden"].includes(state);
    if (key.revoked && state !== "current") return "revoked"; // whoever holds it may have added a record
    if (recorded) return state;
    if (state === "unmatched" || (state === "unknown" && kept.includes(content.get(3)))) return "no_record";
    return state === "unknown" ? "not_kept" : "not_asked";
  };

  const make = (name, text, more = {}) => {
    const element = document.createElement(name);
    if (text) element.textContent = text;
    Object.keys(more).forEach((attribute) => element.setAttribute(attribute, more[attribute]));
    return element;
  };
  const value = (text, more) => make("bdi", text, { translate: "no", ...more });
  const say = (kind, ...sentences) => {
    const notice = make("div", "", { class: `notice ${kind}`, role: "status", tabindex: "-1" });
    sentences.forEach((sentence) => notice.append(make("p", sentence)));
    box.append(notice);
    return notice;
  };
  const fact = (list, label, ...values) => {
    const row = make("div"), into = make("dd");
    values.forEach((text, i) => into.append(i ? " (" : "", value(text), i ? ")" : ""));
    row.append(make("dt", label), into);
    list.append(row);
  };

  const show = ({ key, at, content, number }) => {
    const { words } = told, list = make("dl", "", { class: "summary" }), results = make("ul", "", { class: "results" });
    const language = `${told.language.replace(/^en$/, "en-GB")}-u-nu-latn`;
    const when = new Date(at * 1000).toLocaleString(language, {
      year: "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
      timeZone: "UTC",
    });
    const titles = [], name = make("h2");
    name.append(value(content.get(2)[1]), " (", value(content.get(2)[0]), ")");
    fact(list, words.centre, content.get(1)[1], content.get(1)[0]);
    fact(list, words.series, content.get(3));
    fact(list, words.issued, `${when} UTC`);
    fact(list, words.board, key.name);
    fact(list, words.number, number.match(/.{4}/g).join("-"));
    content.get(4).forEach(([qualification, ...entries]) => entries.forEach(
      ([syllabus, title, grade, mark, second, endorsement]) => {
        const line = make("li", "", { class: "result" }), about = make("div"), meta = make("p", "", { class: "meta" });
        const printed = make("div", "", { class: "grade", translate: "no", dir: "ltr" });
        titles.push(title);
        meta.append(value(qualification), " ", value(syllabus));
        if (mark !== null && mark !== undefined) meta.append(" · PUM ", value(String(mark)));
        if (endorsement) meta.append(` · ${words.endorsement} `, value(words.spoken[endorsement] || endorsement));
        about.append(make("h3", title || syllabus, { lang: "en", translate: "no" }), meta);
        [grade, second].filter(Boolean).forEach((one) => printed.append(make("p", one)));
        line.append(about, printed);
        results.append(line);
      }));
    box.append(name, make("p", words.compare, { class: "lead" }), list, results);
    box.append(make("p", words.only, { class: "meta" }));
    if (titles.includes("")) box.append(make("p", words.no_titles, { class: "meta" }));
    if (!told.saved) box.append(make("p", `${words.host} ${location.host}`, { class: "meta" }));
  };

  const GOOD = ["current", "not_kept", "not_asked", "hidden"];
  let turns = 0;
  const run = async (text) => {
    const { words } = told, turn = ++turns;
    let found, which;
    try {
      if (!window.crypto || !crypto.subtle) fail("too_old");
      found = await check(text);
      which = verdict(found, await asked(found));
    } catch (error) {
      which = words[error.message] ? error.message : DAMAGED;
    }
    if (turn !== turns) return; // another code was asked for meanwhile
    box.textContent = "";
    if (first("[data-intro]")) first("[data-intro]").hidden = true;
    const sentences = [words[which]];
    if (found && found.key.revoked && which !== "revoked" && which !== "withdrawn") sentences.unshift(words.given_up);
    if (found && found.key.demonstration) sentences.unshift(words.demonstration);
    if (found && which !== "withdrawn") show(found);
    const fine = GOOD.includes(which) && !found.key.demonstration && !found.key.revoked;
    const notice = say(fine ? (which === "current" ? "ok" : "warn") : "bad", ...sentences);
    box.prepend(notice);
    notice.focus();
    document.documentElement.dataset.verdict = which;
  };

  const fromAddress = () => {
    const code = location.hash.slice(1).replace(/%20/g, " ");
    // A place on this page, or the code of an earlier statement, which the form takes
    if (!code || code.startsWith("code=") || document.getElementById(code)) return;
    history.replaceState(null, "", location.pathname); // nobody but this page has seen it
    run(code);
  };
  addEventListener("hashchange", fromAddress);
  fromAddress();
  paste.addEventListener("submit", (event) => {
    event.preventDefault();
    run(paste.elements.address.value);
  });
  paste.hidden = false;
})();
