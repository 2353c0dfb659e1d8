/** A simulated kernel bug: a rule with a name, and the real bug or quirk that it is modelled on. */
export interface Bug {
  readonly name: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** The real one, and where it is told of. */
  readonly modelledOn: string;
  /** The rule, in the grammar of `-e inject=`. `{NAME}` stands for the value of a parameter. */
  readonly rule: string;
  /** Which of the eligible calls meet it, unless the user says so: `prob=0.1`. */
  readonly chooses: string;
  readonly parameters?: Readonly<Record<string, BugParameter>>;
}

/** A parameter that a bug has beyond the conditions that every rule can have. */
export interface BugParameter {
  /** Undefined for one that takes the place of another. */
  readonly default?: string;
  /** The parameter that it stands in for, if it is given. */
  readonly insteadOf?: string;
  isRight(value: string): boolean;
  /** Ends the sentence "NAME takes ...". */
  readonly takes: string;
}
