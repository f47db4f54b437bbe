// Made from the app's OpenAPI document by `make types`: not to be edited.

export interface paths {
    "/backends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Backends
         * @description Where runs can execute, the default first, and what each place still lacks.
         */
        get: operations["list_backends"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/benchmarks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Benchmarks
         * @description All benchmarks, or those of one graph, best first; they are made by `wikics benchmark`.
         */
        get: operations["list_benchmarks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/benchmarks/{b}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Benchmark
         * @description One benchmark with all its runs.
         */
        get: operations["read_benchmark"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/benchmarks/{b}/difference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare Benchmarks
         * @description How much better a benchmark is than another of its graph, on the splits and seeds that both have.
         */
        get: operations["compare_benchmarks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Graphs
         * @description The graphs that are here, and the files of those that cannot be read.
         */
        get: operations["list_graphs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphs/{g}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describe Graph
         * @description One graph and its statistics.
         */
        get: operations["describe_graph"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphs/{g}/articles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search Articles
         * @description Articles whose titles match `q`, best first.
         */
        get: operations["search_articles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphs/{g}/articles/{i}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Article
         * @description One article, named by index or title, with what a run predicts of it.
         */
        get: operations["read_article"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphs/{g}/articles/{i}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Links
         * @description Every article that one links to or is linked from, best-linked first.
         */
        get: operations["list_links"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphs/{g}/articles/{i}/neighbourhood": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Neighbourhood
         * @description The rings around one article, and the links among what is shown.
         */
        get: operations["read_neighbourhood"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphs/{g}/layout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Layout Progress
         * @description How far the places on the map are computed, which `/map` waits for the first time.
         */
        get: operations["read_layout_progress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphs/{g}/map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Map
         * @description Every article's place on the map, column by column.
         */
        get: operations["read_map"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/graphs/{g}/paths": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find Paths
         * @description All shortest paths between two articles, named by index or title.
         */
        get: operations["find_paths"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics-since": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Metrics
         * @description New rows of `metrics.csv`: each `run` is `ID:GENERATION:ROW`, the cursor of the last answer.
         */
        get: operations["read_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Models
         * @description All versions, or those of one graph, newest first, and every step of their histories.
         */
        get: operations["list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check Model
         * @description Whether a run might be promoted to production now, gate by gate.
         */
        get: operations["check_model"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Promote Model
         * @description Makes a run's model the one in production, if every gate holds, or the candidate.
         */
        post: operations["promote_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Roll Back Model
         * @description Puts the version that was in production before back there.
         */
        post: operations["roll_back_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Withdraw Alias
         * @description Takes an alias away, so that no version has it.
         */
        post: operations["withdraw_alias"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Reports
         * @description All reports, newest first.
         */
        get: operations["list_reports"];
        put?: never;
        /**
         * Create Report
         * @description Writes a report about runs, which remembers what their data are now.
         */
        post: operations["create_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reports/{report}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Report
         * @description One report: its text and charts, and its runs as they are now, with what has changed since.
         */
        get: operations["read_report"];
        put?: never;
        post?: never;
        /**
         * Delete Report
         * @description Deletes a report; its runs stay.
         */
        delete: operations["delete_report"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reports/{report}.html": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Report
         * @description One HTML file with all that the report shows now, to be read without this app or any network.
         */
        get: operations["export_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Runs
         * @description Runs, newest first: with `archived` also those that were put away, with `where` those of which it is true.
         */
        get: operations["list_runs"];
        put?: never;
        /**
         * Submit Run
         * @description Queues a run and answers at once.
         */
        post: operations["submit_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{r}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Run
         * @description One run: its record, config and report.
         */
        get: operations["read_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Label Run
         * @description Changes what is written on a run: name, tags, notes, star, archive. What is not named stays.
         */
        patch: operations["label_run"];
        trace?: never;
    };
    "/runs/{r}/fork": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fork Run
         * @description Queues a run with the epochs of another up to one that has a checkpoint, and answers at once.
         */
        post: operations["fork_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{r}/histograms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Histograms
         * @description How weights, gradients and logits were spread, every few epochs: of all tensors, or of the one named.
         */
        get: operations["read_histograms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{r}/predict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Predict Articles
         * @description Calibrated probabilities of every category for the articles.
         */
        post: operations["predict_articles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{r}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Run
         * @description Queues a run that ended, to go on where it was; a finished one with more epochs or patience.
         */
        post: operations["resume_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{r}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Run
         * @description Asks a run to stop: after its epoch, or within one that takes long.
         */
        post: operations["stop_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare Runs
         * @description 2 to 10 runs side by side; the articles and the difference are of the second against the first.
         */
        get: operations["compare_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sweeps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Sweeps
         * @description All sweeps, or those of one graph, newest first.
         */
        get: operations["list_sweeps"];
        put?: never;
        /**
         * Submit Sweep
         * @description Begins a sweep and answers at once.
         */
        post: operations["submit_sweep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sweeps/{s}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Sweep
         * @description One sweep with its trials, the best of them, and its file.
         */
        get: operations["read_sweep"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sweeps/{s}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm Sweep
         * @description Benchmarks the configs of the best trials on every split of the graph.
         */
        post: operations["confirm_sweep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sweeps/{s}/narrow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Narrow Sweep
         * @description Draws a parameter's next values from a part of what it had; earlier trials stay what is known.
         */
        post: operations["narrow_sweep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sweeps/{s}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause Sweep
         * @description Begins no trial any more; those that train go on to their end.
         */
        post: operations["pause_sweep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sweeps/{s}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Sweep
         * @description Goes on with a sweep that was paused or stopped, failed, or whose process is gone.
         */
        post: operations["resume_sweep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sweeps/{s}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Sweep
         * @description Begins no trial any more, and stops those that train.
         */
        post: operations["stop_sweep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * ArticleCard
         * @description One article with all that is known of it; `pred` to `probs` are None without a run.
         */
        ArticleCard: {
            /** Agreement */
            agreement: number | null;
            /** Category */
            category: number;
            /** Confidence */
            confidence: number | null;
            /** Degree */
            degree: number;
            /** In Degree */
            in_degree: number;
            /** Index */
            index: number;
            /** Label */
            label: string;
            /** Num Tokens */
            num_tokens: number | null;
            /** Out Degree */
            out_degree: number;
            /** Pred */
            pred: string | null;
            /** Probs */
            probs: {
                [key: string]: number;
            } | null;
            /**
             * Role
             * @enum {string}
             */
            role: "train" | "stopping" | "validation" | "test" | "unused";
            /** Title */
            title: string;
            /** Tokens */
            tokens: string[] | null;
            /** Url */
            url: string | null;
        };
        /**
         * ArticleHit
         * @description One article in a list.
         */
        ArticleHit: {
            /** Category */
            category: number;
            /** Degree */
            degree: number;
            /** Index */
            index: number;
            /** Label */
            label: string;
            /** Title */
            title: string;
        };
        /**
         * ArticleList
         * @description Articles, best match first, and how many match.
         */
        ArticleList: {
            /** Articles */
            articles: components["schemas"]["ArticleHit"][];
            /** Total */
            total: number;
        };
        /**
         * ArticlesToPredict
         * @description Which articles to predict: indices or titles; without them every article.
         */
        ArticlesToPredict: {
            /** Articles */
            articles?: (number | string)[] | null;
        };
        /**
         * BackendList
         * @description Backends, the default first.
         */
        BackendList: {
            /** Backends */
            backends: components["schemas"]["Offer"][];
        };
        /**
         * BenchmarkDifference
         * @description The first benchmark's accuracy minus the second's, on the splits and seeds that both have.
         */
        BenchmarkDifference: {
            /** First */
            first: string;
            /** Interval */
            interval: [
                number,
                number
            ];
            /** Interval Over Splits */
            interval_over_splits: [
                number,
                number
            ] | null;
            /** Is Distinguishable */
            is_distinguishable: boolean;
            /** Mean */
            mean: number;
            /** Pairs */
            pairs: number;
            /** Second */
            second: string;
            /** Sentence */
            sentence: string;
            /** Std */
            std: number | null;
        };
        /**
         * BenchmarkList
         * @description Benchmarks, best first.
         */
        BenchmarkList: {
            /** Benchmarks */
            benchmarks: components["schemas"]["BenchmarkSummary"][];
            /** Damaged */
            damaged: components["schemas"]["Damage"][];
        };
        /**
         * BenchmarkRun
         * @description What one split and seed reached at its best epoch, and at what cost. Accuracies are fractions.
         */
        BenchmarkRun: {
            /** Best Epoch */
            best_epoch: number;
            /** Commit */
            commit: string;
            /** Device */
            device: string;
            /** Epochs */
            epochs: number;
            /** Finished At */
            finished_at: number;
            /** Num Parameters */
            num_parameters: number;
            /** Peak Memory Mb */
            peak_memory_mb: number;
            /** Seconds */
            seconds: number;
            /** Seconds Per Epoch */
            seconds_per_epoch: number;
            /** Seed */
            seed: number;
            /** Split */
            split: number;
            /** Stopping Acc */
            stopping_acc: number;
            /** Test Acc */
            test_acc: number;
            /** Val Acc */
            val_acc: number;
        };
        /**
         * BenchmarkSummary
         * @description One benchmark over the results that it has. Accuracies are fractions, of test articles where nothing is said.
         *
         *     mean, std, unit, interval and interval_over_splits are those of `core.evaluation.comparison.Estimate`.
         */
        BenchmarkSummary: {
            /** Changes */
            changes: {
                [key: string]: unknown;
            };
            /** Commit */
            commit: string;
            /** Config */
            config: {
                [key: string]: unknown;
            };
            /** Device */
            device: string;
            /** Finished At */
            finished_at: number;
            /** Graph */
            graph: string;
            /** Graph Digest */
            graph_digest: string;
            /** Id */
            id: string;
            /** Interval */
            interval: [
                number,
                number
            ];
            /** Interval Over Splits */
            interval_over_splits: [
                number,
                number
            ] | null;
            /** Mean */
            mean: number;
            /** Num Seeds */
            num_seeds: number;
            /** Num Splits */
            num_splits: number;
            /** Peak Memory Mb */
            peak_memory_mb: number;
            /** Preset */
            preset: string;
            /** Runs */
            runs: components["schemas"]["BenchmarkRun"][];
            /** Seconds */
            seconds: number;
            /** Seconds Per Epoch */
            seconds_per_epoch: number;
            /** Std */
            std: number | null;
            /**
             * Unit
             * @enum {string}
             */
            unit: "splits" | "seeds";
            /** Val Mean */
            val_mean: number;
        };
        /**
         * CategoryScores
         * @description How well one category is found among the test articles; 0 where nothing was predicted or there is nothing.
         */
        CategoryScores: {
            /** F1 */
            f1: number | null;
            /** Precision */
            precision: number | null;
            /** Recall */
            recall: number | null;
            /** Support */
            support: number | null;
        };
        /**
         * Change
         * @description Of which graph an alias is changed, and who says so.
         */
        Change: {
            /**
             * By
             * @description Who does it, for the history.
             * @default HTTP
             */
            by: string;
            /**
             * Graph
             * @description Id of the graph.
             */
            graph: string;
        };
        /**
         * ChangedArticle
         * @description A test article of which the first run predicts one category, and the second another.
         */
        ChangedArticle: {
            /** Category */
            category: number;
            /** Degree */
            degree: number;
            /** First */
            first: string;
            /** Index */
            index: number;
            /** Label */
            label: string;
            /** Second */
            second: string;
            /** Title */
            title: string;
        };
        /**
         * ChangedArticles
         * @description The test articles whose prediction changed from the first run to the second, and McNemar's exact test of it.
         */
        ChangedArticles: {
            /** Broken */
            broken: components["schemas"]["ChangedArticle"][];
            /** Fixed */
            fixed: components["schemas"]["ChangedArticle"][];
            /** Mcnemar P */
            mcnemar_p: number;
            /** Num Articles */
            num_articles: number;
            /** Swapped */
            swapped: components["schemas"]["ChangedArticle"][];
        };
        /**
         * Confirmation
         * @description How many of the best configs are benchmarked.
         */
        Confirmation: {
            /**
             * Count
             * @default 3
             */
            count: number;
        };
        /**
         * Confirmed
         * @description The benchmarks that were started, by id, that of the best config first.
         */
        Confirmed: {
            /** Benchmarks */
            benchmarks: string[];
        };
        /**
         * Damage
         * @description A damaged file in a list of what can be read: its name in the storage, and the error's message.
         */
        Damage: {
            /** File */
            file: string;
            /** Message */
            message: string;
        };
        /**
         * DegreeBin
         * @description How many articles have between `low` and `high` neighbours, both included.
         */
        DegreeBin: {
            /** High */
            high: number;
            /** Low */
            low: number;
            /** Num Articles */
            num_articles: number;
        };
        /**
         * DeletedReport
         * @description The report that is gone, by id; its runs stay.
         */
        DeletedReport: {
            /** Deleted */
            deleted: string;
        };
        /**
         * Diagnosis
         * @description One thing to know of a run, for a person: what is wrong with it (`plateau`, `divergence`, …) and what to do about
         *     it, or among which architectures it chose (`race`).
         */
        Diagnosis: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "divergence" | "learning rate too high" | "plateau" | "over-fitting" | "dead category" | "race";
            /** Sentence */
            sentence: string;
        };
        /**
         * EpochHistograms
         * @description Those of one epoch, of as many tensors as are kept.
         */
        EpochHistograms: {
            /** Epoch */
            epoch: number;
            /** Histograms */
            histograms: components["schemas"]["Histogram"][];
            /** Left Out */
            left_out: number;
        };
        /**
         * Execution
         * @description One execution, as a provider calls it and says it stands. Times are Unix seconds.
         */
        Execution: {
            /** Asked At */
            asked_at: number;
            /** Created At */
            created_at: number;
            /** Ended */
            ended: boolean;
            /** Generation */
            generation: number;
            /** Message */
            message: string;
            /** Name */
            name: string;
            /** Number */
            number: number;
            /** State */
            state: string;
            /** Title */
            title: string;
            /** Url */
            url: string;
        };
        /**
         * Fork
         * @description Where a run is forked, and what changes from there on.
         */
        Fork: {
            /**
             * Config
             * @description Config fields and their values.
             */
            config?: {
                [key: string]: unknown;
            };
            /**
             * Epoch
             * @description The kept epoch, without it too, or the last.
             */
            epoch?: number | null;
        };
        /**
         * Gate
         * @description One condition of a promotion, its figure, and what it had to be; None where it is no number.
         */
        Gate: {
            /** Limit */
            limit: number | null;
            /** Name */
            name: string;
            /** Passed */
            passed: boolean;
            /** Sentence */
            sentence: string;
            /** Value */
            value: number | null;
        };
        /**
         * GateReport
         * @description Whether a run might be promoted, gate by gate.
         */
        GateReport: {
            /** Gates */
            gates: components["schemas"]["Gate"][];
            /** Passed */
            passed: boolean;
            /** Run */
            run: string;
        };
        /**
         * GraphDescription
         * @description One graph, its notices and its statistics.
         */
        GraphDescription: {
            graph: components["schemas"]["GraphSummary"];
            statistics: components["schemas"]["GraphStatistics"];
        };
        /**
         * GraphList
         * @description The graphs that are here, the default first.
         */
        GraphList: {
            /** Damaged */
            damaged: components["schemas"]["Damage"][];
            /** Graphs */
            graphs: components["schemas"]["GraphSummary"][];
        };
        /**
         * GraphStatistics
         * @description What *Overview* says of a graph. Shares and rates are fractions.
         *
         *     `homophily` is the share of pairs within one category; `adjusted_homophily` is 0 for links that ignore
         *     categories whatever their sizes, and 1 when all are within one (Platonov et al., arXiv 2209.06177).
         *     Both are None where nothing could be measured: no links, or a single category.
         */
        GraphStatistics: {
            /** Adjusted Homophily */
            adjusted_homophily: number | null;
            /** Class Names */
            class_names: string[];
            /** Class Sizes */
            class_sizes: number[];
            /** Degree Histogram */
            degree_histogram: components["schemas"]["DegreeBin"][];
            /** Degree Max */
            degree_max: number;
            /** Degree Mean */
            degree_mean: number;
            /** Degree Median */
            degree_median: number;
            /** Homophily */
            homophily: number | null;
            /** Link Rates */
            link_rates: number[][];
            /** Num Articles */
            num_articles: number;
            /** Num Features */
            num_features: number;
            /** Num Isolated */
            num_isolated: number;
            /** Num Links */
            num_links: number;
            /** Num Pairs */
            num_pairs: number;
            /** Num Self Links */
            num_self_links: number;
            /** Num Unlabelled */
            num_unlabelled: number;
            /** Splits */
            splits: components["schemas"]["SplitSizes"][];
        };
        /**
         * GraphSummary
         * @description What is known of a graph without loading its arrays.
         */
        GraphSummary: {
            /** Digest */
            digest: string;
            /** Fingerprint */
            fingerprint: string;
            /** Id */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "wikics" | "twin" | "archive";
            /** Name */
            name: string;
            /** Notices */
            notices: string[];
            /** Num Classes */
            num_classes: number;
            /** Num Features */
            num_features: number;
            /** Num Links */
            num_links: number;
            /** Num Nodes */
            num_nodes: number;
            /** Num Splits */
            num_splits: number;
            /** Recipe */
            recipe: number;
            /** Source */
            source: string;
        };
        /**
         * Histogram
         * @description How many values of one tensor lie in each of equally wide bins from `low` to `high`; what is not finite apart.
         */
        Histogram: {
            /** Counts */
            counts: number[];
            /** High */
            high: number;
            /** Inf */
            inf: number;
            /**
             * Kind
             * @enum {string}
             */
            kind: "weights" | "gradients" | "logits";
            /** Low */
            low: number;
            /** Name */
            name: string;
            /** Nan */
            nan: number;
        };
        /**
         * HistogramHistory
         * @description The histograms of a run, oldest first: of all its tensors, or of the one that was asked for.
         *
         *     damage: a sentence about what of the file could not be read; empty where it is whole.
         */
        HistogramHistory: {
            /** Damage */
            damage: string;
            /** Epochs */
            epochs: components["schemas"]["EpochHistograms"][];
            /** Run */
            run: string;
            /** Tensors */
            tensors: string[];
        };
        /**
         * Labelling
         * @description What to write on a run instead of what is written there.
         */
        Labelling: {
            /**
             * Archived
             * @description Whether lists leave it out until it is asked for.
             */
            archived?: boolean | null;
            /**
             * Name
             * @description Its name; an empty one takes it away.
             */
            name?: string | null;
            /**
             * Notes
             * @description Markdown.
             */
            notes?: string | null;
            /** Starred */
            starred?: boolean | null;
            /**
             * Tags
             * @description All its tags.
             */
            tags?: string[] | null;
        };
        /**
         * LayoutProgress
         * @description How far the first layout of a graph is: computed once, then kept. `fraction` is 1 once the places are known.
         */
        LayoutProgress: {
            /** Fraction */
            fraction: number;
            /** Num Articles */
            num_articles: number;
        };
        /**
         * LinkedArticle
         * @description One article linked with another; `direction` is seen from that other.
         */
        LinkedArticle: {
            /** Category */
            category: number;
            /** Degree */
            degree: number;
            /**
             * Direction
             * @enum {string}
             */
            direction: "in" | "out" | "both";
            /** Index */
            index: number;
            /** Label */
            label: string;
            /** Pred */
            pred: string | null;
            /** Predicted */
            predicted: number | null;
            /** Title */
            title: string;
        };
        /**
         * LinkList
         * @description Articles linked with one, best-linked first.
         */
        LinkList: {
            /** Links */
            links: components["schemas"]["LinkedArticle"][];
        };
        /**
         * LongerRun
         * @description What changes as a run goes on: its `epochs`, its `patience`.
         */
        LongerRun: {
            /**
             * Config
             * @description Config fields and their values.
             */
            config?: {
                [key: string]: unknown;
            };
        };
        /**
         * MapColumns
         * @description What the map draws, column by column, one value an article; `pred` and `confidence` are None without a run.
         */
        MapColumns: {
            /** Category */
            category: number[];
            /** Class Names */
            class_names: string[];
            /** Confidence */
            confidence: number[] | null;
            /** Degree */
            degree: number[];
            /** Pred */
            pred: number[] | null;
            /** Role */
            role: ("train" | "stopping" | "validation" | "test" | "unused")[];
            /** Titles */
            titles: string[];
            /** X */
            x: number[];
            /** Y */
            y: number[];
        };
        /**
         * MetricsTick
         * @description What is new of several runs, by id; those that do not exist stand under `missing`.
         */
        MetricsTick: {
            /** Missing */
            missing: string[];
            /** Runs */
            runs: {
                [key: string]: components["schemas"]["RunTick"];
            };
        };
        /**
         * Model
         * @description One version of a graph's models: the weights of a run. Accuracies are fractions, times Unix seconds.
         */
        Model: {
            /** Added At */
            added_at: number;
            /** Aliases */
            aliases: string[];
            /** Graph */
            graph: string;
            /** Graph Digest */
            graph_digest: string;
            /** Is Here */
            is_here: boolean;
            /** Name */
            name: string;
            /** Run */
            run: string;
            /** Val Acc */
            val_acc: number | null;
            /** Version */
            version: number;
            /** Weights */
            weights: string;
        };
        /**
         * ModelList
         * @description Versions, those of one graph together, newest first; every step of their histories, newest first.
         */
        ModelList: {
            /** Damaged */
            damaged: components["schemas"]["Damage"][];
            /** History */
            history: components["schemas"]["Step"][];
            /** Models */
            models: components["schemas"]["Model"][];
        };
        /**
         * NarrowedRange
         * @description From what a parameter is drawn from now on: numbers within bounds, or some of its values.
         */
        NarrowedRange: {
            /** Field */
            field: string;
            /** High */
            high?: number | null;
            /** Low */
            low?: number | null;
            /** Values */
            values?: (string | number | boolean)[] | null;
        };
        /**
         * NewReport
         * @description What a report is about, and what it shows.
         */
        NewReport: {
            /**
             * Fields
             * @description What the table says of each run.
             */
            fields?: string[] | null;
            /**
             * Metrics
             * @description A chart each: a column of metrics.csv, or over another one as val_loss@elapsed_seconds.
             */
            metrics?: string[] | null;
            /** Name */
            name: string;
            /**
             * Runs
             * @description Runs by id, unique prefix or name.
             */
            runs: string[];
            /**
             * Text
             * @description Markdown.
             * @default
             */
            text: string;
        };
        /**
         * NewRun
         * @description What to train: a preset, and the config fields that differ from it.
         */
        NewRun: {
            /**
             * Backend
             * @description Where it executes, by name; without it the default.
             */
            backend?: string | null;
            /**
             * Config
             * @description Config fields and their values.
             */
            config?: {
                [key: string]: unknown;
            };
            /**
             * Graph
             * @description Id of the graph; without it the default graph.
             */
            graph?: string | null;
            /**
             * Preset
             * @default gcn
             */
            preset: string;
        };
        /**
         * NewSweep
         * @description What to try: W&B's sweep.yaml as a text, and what all its runs have.
         */
        NewSweep: {
            /**
             * Config
             * @description Config fields of all its runs.
             */
            config?: {
                [key: string]: unknown;
            };
            /**
             * File
             * @description The text of a sweep.yaml.
             */
            file: string;
            /**
             * Graph
             * @description Id of the graph; without it the file's, else the default graph.
             */
            graph?: string | null;
            /**
             * Preset
             * @description Preset of runs whose file names none; without it gcn.
             */
            preset?: string | null;
            /**
             * Trials
             * @description The most trials, instead of the file's run_cap.
             */
            trials?: number | null;
        };
        /**
         * Offer
         * @description A backend by name, where it executes, and whether it can: `missing` has a sentence for each thing it lacks.
         */
        Offer: {
            /** Missing */
            missing: string[];
            /** Name */
            name: string;
            place: components["schemas"]["Site"];
            /** Ready */
            ready: boolean;
        };
        /**
         * Panel
         * @description One chart of a report: a column of `metrics.csv` over another.
         */
        Panel: {
            /** Metric */
            metric: string;
            /** X */
            x: string;
        };
        /**
         * Paths
         * @description The shortest paths between two articles. `num_paths` is exact, `paths` lists at most the limit asked for.
         */
        Paths: {
            /** Directed */
            directed: boolean;
            /** Distance */
            distance: number | null;
            /** Num Paths */
            num_paths: number;
            /** Paths */
            paths: number[][];
            /** Source */
            source: number;
            /** Target */
            target: number;
        };
        /**
         * PredictedArticle
         * @description One row of a prediction: the true category, the predicted one, and the probability of each.
         */
        PredictedArticle: {
            /** Index */
            index: number;
            /** Label */
            label: string;
            /** Pred */
            pred: string;
            /** Probs */
            probs: {
                [key: string]: number;
            };
            /** Title */
            title: string;
        };
        /**
         * PredictionAnswer
         * @description What a run says of some articles.
         */
        PredictionAnswer: {
            /** Articles */
            articles: components["schemas"]["PredictedArticle"][];
            /** Graph Digest */
            graph_digest: string;
            /** Run */
            run: string;
        };
        /**
         * Problem
         * @description Why there is no answer, as RFC 9457 has it.
         */
        Problem: {
            /** Detail */
            detail?: string | null;
            /** Errors */
            errors?: {
                [key: string]: unknown;
            }[];
            /** Status */
            status: number;
            /** Title */
            title: string;
            /** Type */
            type: string;
        };
        /**
         * Promotion
         * @description What an alias is to point to, and what the gates allow.
         */
        Promotion: {
            /**
             * Alias
             * @default production
             * @enum {string}
             */
            alias: "candidate" | "production";
            /**
             * By
             * @description Who does it, for the history.
             * @default HTTP
             */
            by: string;
            /**
             * Drop
             * @description How far validation accuracy may be below production's.
             * @default 0.005
             */
            drop: number;
            /**
             * Ece
             * @description The calibration error that it may have.
             * @default 0.1
             */
            ece: number;
            /**
             * Graph
             * @description Id of the graph of a version or an alias.
             */
            graph?: string | null;
            /**
             * Run
             * @description A run; with a graph also a version, `v3`, or an alias.
             */
            run: string;
        };
        /**
         * Racer
         * @description How one architecture did in the race for the one that is trained; see `core.config.race`.
         */
        Racer: {
            /** Epochs */
            epochs: number | null;
            /** Held Acc */
            held_acc: number | null;
            /** Is Chosen */
            is_chosen: boolean;
            /** Name */
            name: string;
            /** Seconds */
            seconds: number | null;
        };
        /**
         * Range
         * @description What of a parameter's values a sweep may still draw: numbers from `low` to `high`, or some of its values.
         */
        Range: {
            /** High */
            high: number | null;
            /** Low */
            low: number | null;
            /** Name */
            name: string;
            /** Values */
            values: unknown[] | null;
        };
        /**
         * ReliabilityBin
         * @description Articles whose confidence lies in (lower, upper]: how many, mean confidence, accuracy (0 where empty).
         */
        ReliabilityBin: {
            /** Accuracy */
            accuracy: number | null;
            /** Confidence */
            confidence: number | null;
            /** Count */
            count: number | null;
            /** Lower */
            lower: number | null;
            /** Upper */
            upper: number | null;
        };
        /**
         * Report
         * @description All of it. A dataclass has the fields of its last base first: scores, then facts, as they stand in the file.
         */
        Report: {
            /** Best Epoch */
            best_epoch: number | null;
            /** Best Val Acc */
            best_val_acc: number | null;
            /** Confusion */
            confusion: number[][];
            /** Device */
            device: string;
            /** Ece */
            ece: number | null;
            /** Ece Before */
            ece_before: number | null;
            /** Energy Wh */
            energy_wh: number | null;
            /** Epochs */
            epochs: number | null;
            /** Last Val Acc */
            last_val_acc: number | null;
            /** Macro F1 */
            macro_f1: number | null;
            /** Num Parameters */
            num_parameters: number | null;
            /** Outcome */
            outcome: ("finished" | "stopped") | null;
            /** Peak Memory Mb */
            peak_memory_mb: number | null;
            /** Per Category */
            per_category: components["schemas"]["CategoryScores"][];
            /** Race */
            race: components["schemas"]["Racer"][];
            /** Reliability */
            reliability: components["schemas"]["ReliabilityBin"][];
            /** Reliability Before */
            reliability_before: components["schemas"]["ReliabilityBin"][];
            /** Seconds */
            seconds: number | null;
            /** Seconds Per Epoch */
            seconds_per_epoch: number | null;
            /** Split */
            split: number;
            /** Stopping Acc */
            stopping_acc: number | null;
            /** Temperature */
            temperature: number;
            /** Test Acc */
            test_acc: number | null;
            /** Train Acc */
            train_acc: number | null;
            /** Val Acc */
            val_acc: number | null;
        };
        /**
         * ReportDetails
         * @description One report. `text` is Markdown; `notice` names the runs whose data have changed since, and is else empty.
         */
        ReportDetails: {
            /** Created At */
            created_at: number;
            /** Fields */
            fields: string[];
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Notice */
            notice: string;
            /** Panels */
            panels: components["schemas"]["Panel"][];
            /** Runs */
            runs: components["schemas"]["ReportRun"][];
            /** Text */
            text: string;
        };
        /**
         * ReportList
         * @description Reports, newest first.
         */
        ReportList: {
            /** Damaged */
            damaged: components["schemas"]["Damage"][];
            /** Reports */
            reports: components["schemas"]["ReportSummary"][];
        };
        /**
         * ReportRun
         * @description One run of a report as it is now. `since`: what has happened to its data since the report was written.
         */
        ReportRun: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Since
             * @enum {string}
             */
            since: "same" | "changed" | "deleted";
            /** State */
            state: ("pending" | "running" | "stopping" | "stopped" | "finished" | "failed" | "crashed") | null;
            /** Values */
            values: {
                [key: string]: boolean | number | string | string[] | null;
            };
        };
        /**
         * ReportSummary
         * @description One report in a list.
         */
        ReportSummary: {
            /** Created At */
            created_at: number;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Num Runs */
            num_runs: number;
        };
        /**
         * RingArticle
         * @description One article of a neighbourhood; `hop` is its distance from the centre, `category` and `pred` are indices.
         */
        RingArticle: {
            /** Category */
            category: number;
            /** Confidence */
            confidence: number | null;
            /** Degree */
            degree: number;
            /** Hop */
            hop: number;
            /** Index */
            index: number;
            /** Pred */
            pred: number | null;
            /** Title */
            title: string;
        };
        /**
         * Rings
         * @description The articles of a neighbourhood in the order of the rings, the links among them as positions in `articles`.
         *
         *     See `core.graph.neighbourhood.Neighbourhood` for `counts`, `num_links` and which links are shown.
         */
        Rings: {
            /** Articles */
            articles: components["schemas"]["RingArticle"][];
            /** Centre */
            centre: number;
            /** Class Names */
            class_names: string[];
            /** Counts */
            counts: number[];
            /** Hops */
            hops: number;
            /** Links */
            links: [
                number,
                number
            ][];
            /** Num Links */
            num_links: number;
        };
        /**
         * RunComparison
         * @description Several runs side by side; `articles`, `difference` and `sentence` are of the first two.
         *
         *     config, environment and data hold the fields that differ, metrics all that any of the runs has, with one value a
         *     run; same: the fields of each part that are alike. What is not known is None.
         */
        RunComparison: {
            /** Advice */
            advice: string;
            articles: components["schemas"]["ChangedArticles"] | null;
            /** Config */
            config: {
                [key: string]: unknown[];
            };
            /** Cut Short */
            cut_short: string;
            /** Data */
            data: {
                [key: string]: unknown[];
            };
            difference: components["schemas"]["RunDifference"] | null;
            /** Environment */
            environment: {
                [key: string]: unknown[];
            };
            /** Metrics */
            metrics: {
                [key: string]: (number | null)[];
            };
            /** Runs */
            runs: string[];
            /** Same */
            same: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            /** Sentence */
            sentence: string;
        };
        /**
         * RunDetails
         * @description One run with all that is written down of it, its whole config; `report` is None until it has ended.
         */
        RunDetails: {
            /** Aliases */
            aliases: string[];
            /** Archived */
            archived: boolean;
            /** Backend */
            backend: string;
            /** Best Epoch */
            best_epoch: number | null;
            /** Best Val Acc */
            best_val_acc: number | null;
            /** Config */
            config: {
                [key: string]: unknown;
            };
            /** Cost */
            cost: number | null;
            /** Created At */
            created_at: number;
            /** Damage */
            damage: string;
            /** Device */
            device: string;
            /** Diagnoses */
            diagnoses: components["schemas"]["Diagnosis"][];
            /** Ended At */
            ended_at: number | null;
            /** Energy Wh */
            energy_wh: number | null;
            /** Environment */
            environment: {
                [key: string]: unknown;
            };
            /** Epoch */
            epoch: number;
            /** Epochs */
            epochs: number;
            execution: components["schemas"]["Execution"] | null;
            /** Folder */
            folder: string;
            /** Forked At */
            forked_at: number | null;
            /** Generation */
            generation: number;
            /** Graph */
            graph: string;
            /** Graph Digest */
            graph_digest: string;
            /** Has Predictions */
            has_predictions: boolean;
            /** Id */
            id: string;
            /** Imported */
            imported: string;
            /** Last Val Acc */
            last_val_acc: number | null;
            /** Machine */
            machine: string;
            /** Max Epochs */
            max_epochs: number;
            /** Message */
            message: string;
            /** Model */
            model: string;
            /** Name */
            name: string;
            /** Notes */
            notes: string;
            /** Parent */
            parent: string;
            /** Preset */
            preset: string;
            report: components["schemas"]["Report"] | null;
            /** Seconds */
            seconds: number | null;
            /** Seconds Per Epoch */
            seconds_per_epoch: number | null;
            /** Seed */
            seed: number;
            /** Split */
            split: number;
            /** Starred */
            starred: boolean;
            /** Started At */
            started_at: number | null;
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "running" | "stopping" | "stopped" | "finished" | "failed" | "crashed";
            /** Stopping Acc */
            stopping_acc: number | null;
            /** Sweep */
            sweep: string;
            /** Tags */
            tags: string[];
            /** Test Acc */
            test_acc: number | null;
            /** Trial */
            trial: number | null;
            /** Val Acc */
            val_acc: number | null;
            /** Variant */
            variant: string;
            /** Version */
            version: number | null;
            /** Visitor */
            visitor: string;
        };
        /**
         * RunDifference
         * @description How much better the second run is than the first: the fields of `core.evaluation.paired.PairedDifference`.
         */
        RunDifference: {
            /**
             * Basis
             * @enum {string}
             */
            basis: "splits and articles" | "splits" | "articles";
            /** Effect Size */
            effect_size: number | null;
            /** Interval */
            interval: [
                number,
                number
            ];
            /** Mean */
            mean: number;
            /** Num Splits */
            num_splits: number;
            /** T P */
            t_p: number | null;
            /** Told Apart */
            told_apart: boolean;
            /** Wilcoxon P */
            wilcoxon_p: number | null;
        };
        /**
         * RunList
         * @description Runs, newest first.
         */
        RunList: {
            /** Runs */
            runs: components["schemas"]["RunRecord"][];
        };
        /**
         * RunRecord
         * @description One run in short. Accuracies are fractions, times Unix seconds; what is not known yet is None.
         */
        RunRecord: {
            /** Aliases */
            aliases: string[];
            /** Archived */
            archived: boolean;
            /** Backend */
            backend: string;
            /** Best Epoch */
            best_epoch: number | null;
            /** Best Val Acc */
            best_val_acc: number | null;
            /** Config */
            config: {
                [key: string]: unknown;
            };
            /** Cost */
            cost: number | null;
            /** Created At */
            created_at: number;
            /** Damage */
            damage: string;
            /** Device */
            device: string;
            /** Ended At */
            ended_at: number | null;
            /** Energy Wh */
            energy_wh: number | null;
            /** Epoch */
            epoch: number;
            /** Epochs */
            epochs: number;
            /** Folder */
            folder: string;
            /** Forked At */
            forked_at: number | null;
            /** Generation */
            generation: number;
            /** Graph */
            graph: string;
            /** Graph Digest */
            graph_digest: string;
            /** Has Predictions */
            has_predictions: boolean;
            /** Id */
            id: string;
            /** Imported */
            imported: string;
            /** Last Val Acc */
            last_val_acc: number | null;
            /** Machine */
            machine: string;
            /** Max Epochs */
            max_epochs: number;
            /** Message */
            message: string;
            /** Model */
            model: string;
            /** Name */
            name: string;
            /** Notes */
            notes: string;
            /** Parent */
            parent: string;
            /** Preset */
            preset: string;
            /** Seconds */
            seconds: number | null;
            /** Seconds Per Epoch */
            seconds_per_epoch: number | null;
            /** Seed */
            seed: number;
            /** Split */
            split: number;
            /** Starred */
            starred: boolean;
            /** Started At */
            started_at: number | null;
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "running" | "stopping" | "stopped" | "finished" | "failed" | "crashed";
            /** Stopping Acc */
            stopping_acc: number | null;
            /** Sweep */
            sweep: string;
            /** Tags */
            tags: string[];
            /** Test Acc */
            test_acc: number | null;
            /** Trial */
            trial: number | null;
            /** Val Acc */
            val_acc: number | null;
            /** Variant */
            variant: string;
            /** Version */
            version: number | null;
            /** Visitor */
            visitor: string;
        };
        /**
         * RunTick
         * @description What is new of one run: the rows after a cursor, and where the run stands.
         */
        RunTick: {
            /** Columns */
            columns: {
                [key: string]: (number | null)[];
            };
            /** Epoch */
            epoch: number;
            /** Epochs */
            epochs: number;
            /** Generation */
            generation: number;
            /** Message */
            message: string;
            /** Not Finite */
            not_finite: {
                [key: string]: [
                    number,
                    string
                ][];
            };
            /** Reset */
            reset: boolean;
            /** Row */
            row: number;
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "running" | "stopping" | "stopped" | "finished" | "failed" | "crashed";
        };
        /**
         * Site
         * @description Where a backend executes, for a person, and what is rented there; empty where nothing is.
         */
        Site: {
            /** Accelerator */
            accelerator: string;
            /** Device */
            device: string;
            /** Machine */
            machine: string;
            /** Name */
            name: string;
            /** Region */
            region: string;
        };
        /**
         * SplitSizes
         * @description How many articles one split gives to each role.
         */
        SplitSizes: {
            /** Stopping */
            stopping: number;
            /** Test */
            test: number;
            /** Train */
            train: number;
            /** Unused */
            unused: number;
            /** Val */
            val: number;
        };
        /**
         * Step
         * @description One line of a history: what was done to which alias of a graph, and with which version.
         */
        Step: {
            /**
             * Act
             * @enum {string}
             */
            act: "promote" | "roll back" | "withdraw";
            /**
             * Alias
             * @enum {string}
             */
            alias: "candidate" | "production";
            /** Done At */
            done_at: number;
            /** Gates */
            gates: components["schemas"]["Gate"][];
            /** Graph */
            graph: string;
            /** Graph Digest */
            graph_digest: string;
            /** Run */
            run: string;
            /** Trained At */
            trained_at: number;
            /** Val Acc */
            val_acc: number | null;
            /** Version */
            version: number;
            /** Weights */
            weights: string;
            /** Who */
            who: string;
        };
        /**
         * SweepBest
         * @description The best trial that trained to its end: its number, run and value, and the run's whole config.
         */
        SweepBest: {
            /** Config */
            config: {
                [key: string]: unknown;
            };
            /** Run */
            run: string;
            /** Trial */
            trial: number;
            /** Value */
            value: number;
        };
        /**
         * SweepDetails
         * @description The same with every trial, what is drawn, what its file says that means nothing here, and the file.
         */
        SweepDetails: {
            /** Backend */
            backend: string;
            best: components["schemas"]["SweepBest"] | null;
            /** Counts */
            counts: {
                [key: string]: number;
            };
            /** Created At */
            created_at: number;
            /**
             * Goal
             * @enum {string}
             */
            goal: "minimize" | "maximize";
            /** Graph */
            graph: string;
            /** Id */
            id: string;
            /** Message */
            message: string;
            /**
             * Method
             * @enum {string}
             */
            method: "grid" | "random" | "bayes";
            /** Metric */
            metric: string;
            /** Most Trials */
            most_trials: number;
            /** Name */
            name: string;
            /** Notes */
            notes: string[];
            /** Overrides */
            overrides: {
                [key: string]: unknown;
            };
            /** Parameters */
            parameters: components["schemas"]["SweepParameter"][];
            /** Points */
            points: number;
            /** Preset */
            preset: string;
            /** Seed */
            seed: number;
            /** State */
            state: string;
            /** Text */
            text: string;
            /** Trials */
            trials: components["schemas"]["Trial"][];
            /** Waiting */
            waiting: number[];
            /** Workers */
            workers: number;
        };
        /**
         * SweepList
         * @description Sweeps, newest first.
         */
        SweepList: {
            /** Damaged */
            damaged: components["schemas"]["Damage"][];
            /** Sweeps */
            sweeps: components["schemas"]["SweepRecord"][];
        };
        /**
         * SweepParameter
         * @description What a sweep draws of a field: numbers between two bounds (None where there is none), or some values.
         */
        SweepParameter: {
            /** Distribution */
            distribution: string;
            /** High */
            high: number | null;
            /** Is Log */
            is_log: boolean;
            /** Low */
            low: number | null;
            /** Name */
            name: string;
            narrowed: components["schemas"]["Range"] | null;
            /** Values */
            values: unknown[];
            /** When */
            when: string;
        };
        /**
         * SweepRecord
         * @description A sweep and where it stands.
         */
        SweepRecord: {
            /** Backend */
            backend: string;
            best: components["schemas"]["SweepBest"] | null;
            /** Counts */
            counts: {
                [key: string]: number;
            };
            /** Created At */
            created_at: number;
            /**
             * Goal
             * @enum {string}
             */
            goal: "minimize" | "maximize";
            /** Graph */
            graph: string;
            /** Id */
            id: string;
            /** Message */
            message: string;
            /**
             * Method
             * @enum {string}
             */
            method: "grid" | "random" | "bayes";
            /** Metric */
            metric: string;
            /** Most Trials */
            most_trials: number;
            /** Name */
            name: string;
            /** Overrides */
            overrides: {
                [key: string]: unknown;
            };
            /** Points */
            points: number;
            /** Preset */
            preset: string;
            /** Seed */
            seed: number;
            /** State */
            state: string;
            /** Waiting */
            waiting: number[];
            /** Workers */
            workers: number;
        };
        /**
         * Trial
         * @description One trial: what was tried, as which run, and what came of it.
         *
         *     halted: its run was stopped since the whole sweep was, so that it goes on with it. attempts: at its run, of which
         *     all but the first followed a crash.
         */
        Trial: {
            /** Attempts */
            attempts: number;
            /** Created At */
            created_at: number;
            /** Ended At */
            ended_at: number | null;
            /** Halted */
            halted: boolean;
            /** Message */
            message: string;
            /** Number */
            number: number;
            /** Params */
            params: {
                [key: string]: unknown;
            };
            /** Run */
            run: string;
            /**
             * State
             * @enum {string}
             */
            state: "asked" | "running" | "stopping" | "finished" | "pruned" | "stopped" | "failed";
            /** Value */
            value: number | null;
        };
        /**
         * Withdrawal
         * @description The alias that no version shall have.
         */
        Withdrawal: {
            /**
             * Alias
             * @enum {string}
             */
            alias: "candidate" | "production";
            /**
             * By
             * @description Who does it, for the history.
             * @default HTTP
             */
            by: string;
            /**
             * Graph
             * @description Id of the graph.
             */
            graph: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_backends: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackendList"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_benchmarks: {
        parameters: {
            query?: {
                graph?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BenchmarkList"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_benchmark: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                b: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BenchmarkSummary"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    compare_benchmarks: {
        parameters: {
            query: {
                to: string;
            };
            header?: never;
            path: {
                b: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BenchmarkDifference"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_graphs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GraphList"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    describe_graph: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                g: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GraphDescription"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search_articles: {
        parameters: {
            query?: {
                limit?: number;
                q?: string;
            };
            header?: never;
            path: {
                g: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleList"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_article: {
        parameters: {
            query?: {
                run?: string | null;
            };
            header?: never;
            path: {
                g: string;
                i: number | string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleCard"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_links: {
        parameters: {
            query?: {
                run?: string | null;
            };
            header?: never;
            path: {
                g: string;
                i: number | string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkList"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_neighbourhood: {
        parameters: {
            query?: {
                hops?: number;
                limit?: number;
                run?: string | null;
            };
            header?: never;
            path: {
                g: string;
                i: number | string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rings"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_layout_progress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                g: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LayoutProgress"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_map: {
        parameters: {
            query?: {
                run?: string | null;
            };
            header?: never;
            path: {
                g: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MapColumns"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    find_paths: {
        parameters: {
            query: {
                directed?: boolean;
                source: string;
                target: string;
            };
            header?: never;
            path: {
                g: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Paths"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_metrics: {
        parameters: {
            query: {
                run: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricsTick"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_models: {
        parameters: {
            query?: {
                graph?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_model: {
        parameters: {
            query: {
                graph?: string | null;
                run: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GateReport"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    promote_model: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Promotion"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    roll_back_model: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Change"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    withdraw_alias: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Withdrawal"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_reports: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportList"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_report: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReport"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                report: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                report: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletedReport"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                report: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_runs: {
        parameters: {
            query?: {
                archived?: boolean;
                graph?: string | null;
                where?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunList"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submit_run: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRun"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                r: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    label_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                r: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Labelling"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fork_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                r: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Fork"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_histograms: {
        parameters: {
            query?: {
                tensor?: string;
            };
            header?: never;
            path: {
                r: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HistogramHistory"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    predict_articles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                r: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticlesToPredict"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictionAnswer"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                r: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LongerRun"] | null;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                r: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    compare_runs: {
        parameters: {
            query: {
                run: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunComparison"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sweeps: {
        parameters: {
            query?: {
                graph?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepList"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submit_sweep: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSweep"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepRecord"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_sweep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                s: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepDetails"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm_sweep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                s: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Confirmation"] | null;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Confirmed"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    narrow_sweep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                s: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NarrowedRange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_sweep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                s: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepRecord"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_sweep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                s: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepRecord"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop_sweep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                s: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SweepRecord"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
