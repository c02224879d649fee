/** What is wrong in a form, by field; what is about none of them stands under the empty name. */
export type Faults = Readonly<Record<string, string>>
