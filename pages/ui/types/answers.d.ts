// What the components ask of the HTTP interface and what it answers, out of `api.d.ts`, which is made from it.

import type { components, paths } from "./api";

type Schemas = components["schemas"];
type Asked = "/graphs/{g}/map" | "/graphs/{g}/articles" | "/graphs/{g}/articles/{i}/neighbourhood" | "/metrics-since";

/** By the path that is asked. */
export type Answers = { [Path in Asked]: paths[Path]["get"]["responses"][200]["content"]["application/json"] };

type Parameters<Path extends Asked> = paths[Path]["get"]["parameters"];
/** What stands in the braces of a path. */
export type Places<Path extends Asked> = Parameters<Path> extends { path: infer Names extends object } ? Names : {};
/** What follows the question mark. */
export type Query<Path extends Asked> = NonNullable<Parameters<Path>["query"]>;

export type MapAnswer = Schemas["MapColumns"];
export type Role = MapAnswer["role"][number];
export type NeighbourhoodAnswer = Schemas["Rings"];
export type RingArticle = Schemas["RingArticle"];
/** Source and target. */
export type Link = NeighbourhoodAnswer["links"][number];
export type ArticleHit = Schemas["ArticleHit"];
/** Titles that were searched. */
export type Found = Schemas["ArticleList"];
export type MetricsAnswer = Schemas["MetricsTick"];
/** What is new of one run. */
export type MetricsChunk = Schemas["RunTick"];
export type StateName = MetricsChunk["state"];
export type Problem = Schemas["Problem"];
