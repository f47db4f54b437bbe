// What the components ask of the HTTP interface, and what it answers.

import type { paths } from "./api";

/** By the path that is asked. */
export interface Answers {
  "/graphs/{g}/map": MapAnswer;
  "/graphs/{g}/articles": ArticlesAnswer;
  "/graphs/{g}/articles/{i}/neighbourhood": NeighbourhoodAnswer;
  "/metrics-since": MetricsAnswer;
}

type Parameters<Path extends keyof Answers> = paths[Path]["get"]["parameters"];
/** What stands in the braces of a path. */
export type Places<Path extends keyof Answers> = Parameters<Path> extends { path: infer Names extends object } ? Names : {};
/** What follows the question mark. */
export type Query<Path extends keyof Answers> = NonNullable<Parameters<Path>["query"]>;

export type Role = "train" | "stopping" | "validation" | "test" | "unused";
export type StateName = "pending" | "running" | "stopping" | "stopped" | "finished" | "failed" | "crashed";

/** One value an article in each column; the predictions are null without a run. */
export interface MapAnswer {
  x: number[];
  y: number[];
  category: number[];
  degree: number[];
  titles: string[];
  role: Role[];
  class_names: string[];
  pred: number[] | null;
  confidence: number[] | null;
}

/** The centre first; links are positions in `articles`. */
export interface NeighbourhoodAnswer {
  centre: number;
  hops: number;
  counts: number[];
  num_links: number;
  articles: RingArticle[];
  links: Link[];
  class_names: string[];
}

/** Source and target. */
export type Link = [number, number];

export interface RingArticle {
  index: number;
  title: string;
  category: number;
  hop: number;
  degree: number;
  pred: number | null;
  confidence: number | null;
}

export interface ArticlesAnswer {
  articles: ArticleHit[];
}

export interface ArticleHit {
  index: number;
  title: string;
  label: string;
  category: number;
  degree: number;
}

export interface MetricsAnswer {
  runs: { [id: string]: MetricsChunk };
  missing: string[];
}

/** The rows after a cursor; with `reset` what was held is dropped before. */
export interface MetricsChunk {
  generation: number;
  row: number;
  reset: boolean;
  columns: { [name: string]: (number | null)[] };
  state: StateName;
  message: string;
}

/** Any error, as RFC 9457 has it. */
export interface Problem {
  title?: string;
  detail?: string;
}
