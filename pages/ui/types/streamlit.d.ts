// What Streamlit hands to a component's code (`st.components.v2`), as far as it is used here.

/** Called at the first mount, at every script run that draws the component, and at every change of theme. */
export type Render<Data> = (component: RenderArguments<Data>) => () => void;

export interface RenderArguments<Data> {
  /** What the Python side passes as `data`. */
  data: Data;
  /** The component's own root; a shadow root, since styles are kept apart. */
  parentElement: HTMLElement | ShadowRoot;
  /** Runs the script once with this value, which is gone at the run after. */
  setTriggerValue: (name: string, value: unknown) => void;
}
