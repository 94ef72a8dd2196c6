// The editor: CodeMirror with Python's colours, as few of its parts as a learner needs.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import css from "./editor.css";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], class: "keyword" },
  { tag: tags.comment, class: "comment" },
  { tag: tags.string, class: "string" },
  { tag: [tags.number, tags.bool, tags.null], class: "number" },
  { tag: tags.function(tags.variableName), class: "call" },
  { tag: tags.function(tags.propertyName), class: "call" },
]);

export function editor(parent, { run, changed }) {
  const name = new Compartment();
  const named = (label) => EditorView.contentAttributes.of({ "aria-label": label });
  const root = parent.attachShadow({ mode: "open" }), sheet = new CSSStyleSheet();
  let writing = false;
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      extensions: [
        lineNumbers(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(),
        closeBrackets(), highlightActiveLine(), indentUnit.of("    "), python(), syntaxHighlighting(colours),
        EditorState.tabSize.of(4), EditorView.lineWrapping, name.of(named("")),
        EditorView.updateListener.of((update) => update.docChanged && !writing && changed(update.state.doc.toString())),
        keymap.of([
          { key: "Shift-Enter", run: () => (run(), true) },
          { key: "Mod-Enter", run: () => (run(), true) },
          ...closeBracketsKeymap, indentWithTab, ...defaultKeymap, ...historyKeymap,
        ]),
      ],
    }),
  });
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return {
    read: () => view.state.doc.toString(),
    write(text) {
      writing = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      writing = false;
      changed(text);
    },
    label: (text) => view.dispatch({ effects: name.reconfigure(named(text)) }),
  };
}
