"""The button that copies the address of the page, which holds all filters.

Not here: the address of a saved view (`view_menu.py`).
"""

import streamlit as st

_KEY = "copy-link"
_SCRIPT = (
    """<script>
if (!window.copiesLinks) {
  window.copiesLinks = true;
  const copyInPage = text => {
    const field = document.body.appendChild(document.createElement('textarea'));
    field.value = text;
    field.select();
    document.execCommand('copy');
    field.remove();
  };
  document.addEventListener('click', event => {
    if (!event.target.closest('.st-key-KEY button')) return;
    const copying = navigator.clipboard?.writeText(location.href);
    copying ? copying.catch(() => copyInPage(location.href)) : copyInPage(location.href);
  });
}
</script>"""
).replace("KEY", _KEY)
"The clipboard is the browser's; without HTTPS it gives pages no access to it, but copies what they select."


def listen_for_clicks() -> None:
    """Make the browser copy the address when the button is clicked."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)  # a constant


@st.fragment
def render_button() -> None:
    """Draw the button; a click runs only this function, not the page."""
    if st.button("Copy link", icon=":material/link:", type="tertiary", key=_KEY, help="Copy this page's address"):
        st.toast("Link copied: it opens this page with the same choices.", icon=":material/link:")
