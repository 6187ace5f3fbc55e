// Reads YAML documents the way Kubernetes does, and prints them as one JSON array.
//
// Standard input: documents as JSON strings, one a line, so that no separator can be mistaken. A document that cannot
// be read is printed as {"error": "..."}.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func read(text string) any {
	var data any
	if err := yaml.UnmarshalStrict([]byte(text), &data); err != nil {
		return map[string]string{"error": err.Error()}
	}
	return data
}

func main() {
	found := []any{}
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	decoder := json.NewDecoder(lines)
	for decoder.More() {
		var text string
		if err := decoder.Decode(&text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		found = append(found, read(text))
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
