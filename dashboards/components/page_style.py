"""What every page looks like beyond Streamlit's theme: the wordmark and the rules that no setting offers."""

from pathlib import Path

import streamlit as st

ICON = Path(__file__).with_name("icon.svg")
"A file, because named icons are fetched from the network."
WORDMARK = Path(__file__).with_name("wordmark.svg")
WORDMARK_COLOURS = {"light": "#10161E", "dark": "#E4E9F0"}
"The text colours of the themes (`.streamlit/config.toml`); the file has the first."
SIDEBAR_PIXELS = 264
STYLE = """<style>
button[kind^=primary]:not(:disabled), [data-testid=stMultiSelect] [data-tag] { color: light-dark(#FFFFFF, #12161C) }
[data-testid=stElementToolbar] button[aria-label^="Download as CSV"] { display: none }
[data-testid=stHeading] h1 { padding-block: 0.25rem 0.25rem }
@media (max-width: 1100px) {
  .st-key-columns :is(td, tr, tbody) { display: block; border: none; padding: 0 0 0.2rem }
  .st-key-columns tr { padding-bottom: 0.8rem }
  .st-key-columns :is(thead, td:empty) { display: none }
  .js-plotly-plot .g-xtitle { transform: translateX(-60px) }
  .st-key-chart-and-table [data-testid=stHorizontalBlock] { flex-wrap: wrap }
  .st-key-chart-and-table [data-testid=stColumn] { min-width: 100% }
  :is(.st-key-two-columns, .st-key-import-forms) > div > [data-testid=stHorizontalBlock] { flex-wrap: wrap }
  :is(.st-key-two-columns, .st-key-import-forms) > div > * > [data-testid=stColumn] { min-width: 100% }
}
.st-key-figures table { width: 100%; font-size: 0.875rem }
[data-testid=stHeading] h3 { text-wrap: balance }
.st-key-figures :is(td, th) { padding: 0.35rem 0.2rem; border-width: 0 0 1px }
.st-key-figures td:not(:first-child) { white-space: nowrap }
[data-testid=stHeader], [data-testid=stHeader] * { background: none; pointer-events: none }
[data-testid=stHeader] :is(button, a, button *, a *) { pointer-events: auto }
[data-testid=stMainBlockContainer] { max-width: none; padding: 1.25rem 3.25rem 2rem 2rem }
.stApp:has([data-testid=stExpandSidebarButton]) [data-testid=stMainBlockContainer] { padding-top: 3.75rem }
[data-testid=stSidebarContent] { display: flex; flex-direction: column }
[data-testid=stSidebarUserContent], [data-testid=stSidebarUserContent] > div { display: contents }
[data-testid=stSidebarUserContent] > div > [data-testid=stVerticalBlock] { display: contents }
[data-testid=stSidebarContent] > [data-testid=stSidebarNav] { order: 1 }
[data-testid=stLayoutWrapper]:has(> .st-key-below-pages) { order: 2; padding-bottom: 2rem }
[data-testid=stLayoutWrapper]:has(> .st-key-above-pages) { padding-bottom: 0.5rem }
[data-testid=stSidebarContent] > * { flex-shrink: 0 }
@media (pointer: fine) {
  [data-testid=stSidebarNav] li, [data-testid=stSidebarNavLink] { margin-block: 0 }
  [data-testid=stSidebarNavLink] { padding-block: 0; min-height: 1.6rem }
}
[data-testid=stSidebarHeader] { margin-bottom: 0 }
.st-key-toolbar > .st-key-popover-Options { order: 1 }
[data-testid=stPlotlyChart] .modebar-container { top: auto !important; bottom: 24px }
.stElementContainer:has(> .stHtml > script:only-child) { display: none }
.st-key-chips button:not([kind=tertiary]) { min-height: 1.75rem; padding: 0 0.6rem; border-radius: 999px }
[class*=st-key-facts] ul { list-style: none; margin: 0 0 1rem; padding: 0 }
[class*=st-key-facts] ul { display: flex; flex-wrap: wrap; gap: 0.6rem 1.75rem }
[class*=st-key-facts] li { margin: 0; padding: 0 }
:has(> [class*=st-key-list-cards]) { display: none }
[class*=st-key-list-cards] ul { list-style: none; margin: 0; padding: 0 }
[class*=st-key-list-cards] li { border-bottom: 1px solid #7F889455; padding: 0.6rem 0; margin: 0 }
[class*=st-key-list-cards] a { font-weight: 600; margin-right: 0.6rem; color: light-dark(#3645AE, #A3AEFF) }
.rag-green { color: light-dark(#1B6E20, #6FCF75) }
.rag-amber { color: light-dark(#8A5000, #F0B04A) }
.rag-red { color: light-dark(#B3261E, #FF8A80) }
@media screen and (max-width: 1211px) { .st-key-cards > :first-child:nth-last-child(5) { grid-column: 1 / -1 } }
@media (max-width: 1100px) {
  [class*=st-key-facts] ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.2rem, 1fr)) }
}
@media (max-width: 640px) {
  .st-key-figures table { font-size: 0.8125rem }
  [data-testid=stMainBlockContainer] { padding-inline: 1rem }
  .st-key-toolbar > .stElementContainer:has(.stSelectbox, .stMultiSelect, .stTextInput),
  .st-key-toolbar > :is(
    .st-key-data, .st-key-days, .st-key-days ~ .st-key-view, .st-key-forecast, .st-key-forecast ~ .st-key-technology
  ) { flex: 1 1 40%; min-width: 0 }
  .st-key-toolbar > :is(
    .st-key-data, .st-key-days, .st-key-days ~ .st-key-view, .st-key-forecast, .st-key-forecast ~ .st-key-technology
  ),
  .st-key-toolbar > :is(:has(.stSelectbox, .stPopover), .st-key-popover-Options) { order: -1 }
  .st-key-toolbar > :is(.st-key-data ~ .st-key-technology, .st-key-by) { flex-basis: 100% }
  .st-key-toolbar { gap: 0.75rem }
  .st-key-toolbar > :is(.st-key-price, .st-key-forecast:has(~ .st-key-technology)) { flex-basis: 100% !important }
  .st-key-toolbar > .st-key-data { flex-basis: 54% !important }
  .st-key-toolbar > .st-key-data + .st-key-days { flex-basis: 41% !important }
  [class*=st-key-list-cards]:has([data-testid=stSkeleton]) { min-height: 100vh }
  .st-key-record-head { flex-direction: column; align-items: flex-start }
  [class*=st-key-facts] ul { grid-template-columns: 1fr 1fr; column-gap: 1rem }
  .st-key-filters > .stElementContainer:has(input) { flex: 1 1 100% !important }
  .st-key-filters :is(.stMultiSelect, .stTextInput, .react-aria-ComboBox, .react-aria-ComboBox > div) { width: 100% }
  :is(.st-key-copy-link, .st-key-page-actions :is([data-testid=stPageLink], [data-testid=stDownloadButton]
  button[kind=secondary])) [data-testid=stMarkdownContainer] { position: absolute; clip-path: inset(50%) }
  .st-key-page-header-and-actions { gap: 0.25rem }
  .st-key-page-header-and-actions > :last-child { flex: 1 0 100%; min-height: 2.5rem }
  .st-key-page-header-and-actions .st-key-page-actions { gap: 0.5rem; flex-wrap: nowrap }
  .st-key-toolbar:has(> .st-key-view ~ .st-key-popover-Filters, > .st-key-period) { min-height: 5.75rem }
  :has(> [class*=st-key-list-cards]) { display: flex }
  :has(> [class*=st-key-list-table]) { visibility: hidden; height: 0; overflow: hidden; margin-top: -1rem }
}
:has(> .st-key-operator) > [data-testid=stElementContainer]:has(> [data-testid=stSkeleton]) { min-height: 4.25rem }
:is(.st-key-back-links, .st-key-hits *) > :has(> [data-testid=stSkeleton]) { height: 1.25rem; overflow: hidden }
[data-testid=stForm] .stElementContainer:has(> [data-testid=stSkeleton]) { min-height: 4.5rem }
[data-testid=stMain] [class*=st-key-file-] { min-height: 8rem }
.st-key-cards { min-height: 7.6rem }
[data-testid=stMainBlockContainer] > div > .stElementContainer:first-child:has(> [data-testid=stSkeleton]) {
  display: none
}
.st-key-import-week { min-height: 2.5rem }
.st-key-import-range:has([aria-invalid=true]) > :has(> .st-key-import-range-button),
.st-key-import-range:not(:has([aria-invalid=true])) > :has(> .st-key-import-range-refused) { display: none }
</style>"""
"""What no setting of Streamlit offers. Streamlit writes white on the accent colour in both themes, but the accent of
the dark theme is light, because it also colours the text of what is chosen; white on it is too faint. The table
download that Streamlit builds in the browser is not guarded against formulas, as our own downloads are. A table of five
columns of text is wider than a phone, the cells of a table of figures stay on one line, and on a tablet such a table is
below its chart; likewise the right column of a record is below the left one. A phone shows lists as cards.
Streamlit keeps a bar of 60 pixels above each page for its menu; the page begins beside the menu, unless the button that
opens the sidebar is there, and nothing of it is below the menu. Until the browser has the script of a widget, a bar of
40 pixels is in its place; a widget with a label is higher, and what is below it would move. While the range of days is
invalid, a disabled button is in the place of the one that imports it. The first element of each page is a script, which
takes no room, and the lists of a toolbar have their places on a phone before they are drawn."""


def apply_page_style() -> None:
    """Set the title and the icon of the browser's tab, the rules, and the wordmark, which links to the first page."""
    st.set_page_config(
        page_title="gb-renewables", page_icon=str(ICON), layout="wide", initial_sidebar_state=SIDEBAR_PIXELS
    )
    st.html(STYLE)
    colour = WORDMARK_COLOURS[st.context.theme.type or "light"]
    wordmark = WORDMARK.read_text(encoding="utf-8").replace(WORDMARK_COLOURS["light"], colour)
    st.logo(wordmark, size="medium", icon_image=str(ICON))
