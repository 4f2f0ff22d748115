// Answers questions about trees and notes with golang.org/x/mod/sumdb, a line for a line.
//
// Bytes are in hex, with "-" for none. A question that has no answer is answered with "refused".
package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The hashes of the tree, in the order of tlog.StoredHashIndex.
type store []tlog.Hash

func (s store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		hashes = append(hashes, s[index])
	}
	return hashes, nil
}

var (
	stored store
	size   int64
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func data(word string) []byte {
	if word == "-" {
		return nil
	}
	bytes, err := hex.DecodeString(word)
	must(err)
	return bytes
}

func number(word string) int64 {
	n, err := strconv.ParseInt(word, 10, 64)
	must(err)
	return n
}

func hash(word string) (h tlog.Hash) {
	bytes := data(word)
	if len(bytes) != tlog.HashSize {
		log.Fatalf("no hash: %s", word)
	}
	copy(h[:], bytes)
	return h
}

func hashes(words []string) (list []tlog.Hash) {
	for _, word := range words {
		list = append(list, hash(word))
	}
	return list
}

func shown(list []tlog.Hash) string {
	var words []string
	for _, h := range list {
		words = append(words, hex.EncodeToString(h[:]))
	}
	return strings.Join(words, " ")
}

func verdict(err error) string {
	if err != nil {
		return "refused"
	}
	return "ok"
}

func answer(words []string) string {
	switch words[0] {
	case "new": // forgets the tree
		stored, size = nil, 0
		return "ok"
	case "add": // ENTRY: the root afterwards
		more, err := tlog.StoredHashes(size, data(words[1]), stored)
		must(err)
		stored, size = append(stored, more...), size+1
		root, err := tlog.TreeHash(size, stored)
		must(err)
		return shown([]tlog.Hash{root})
	case "prove-inclusion": // INDEX
		proof, err := tlog.ProveRecord(size, number(words[1]), stored)
		must(err)
		return shown(proof)
	case "prove-consistency": // OLD-SIZE
		proof, err := tlog.ProveTree(size, number(words[1]), stored)
		must(err)
		return shown(proof)
	case "check-inclusion": // SIZE ROOT INDEX LEAF HASH…
		return verdict(tlog.CheckRecord(hashes(words[5:]), number(words[1]), hash(words[2]), number(words[3]), hash(words[4])))
	case "check-consistency": // SIZE ROOT OLD-SIZE OLD-ROOT HASH…
		return verdict(tlog.CheckTree(hashes(words[5:]), number(words[1]), hash(words[2]), number(words[3]), hash(words[4])))
	case "tree-note": // SIZE ROOT: the text of a checkpoint
		return hex.EncodeToString(tlog.FormatTree(tlog.Tree{N: number(words[1]), Hash: hash(words[2])}))
	case "read-tree-note": // TEXT: size and root
		tree, err := tlog.ParseTree(data(words[1]))
		if err != nil {
			return "refused"
		}
		return fmt.Sprintf("%d %x", tree.N, tree.Hash[:])
	case "key": // NAME SEED: the verifier key
		private := ed25519.NewKeyFromSeed(data(words[2]))
		key, err := note.NewEd25519VerifierKey(string(data(words[1])), private.Public().(ed25519.PublicKey))
		must(err)
		return hex.EncodeToString([]byte(key))
	case "sign": // KEY SEED TEXT: the note; KEY is the verifier key
		parts := strings.SplitN(string(data(words[1])), "+", 3)
		secret := base64.StdEncoding.EncodeToString(append([]byte{1}, data(words[2])...))
		signer, err := note.NewSigner("PRIVATE+KEY+" + parts[0] + "+" + parts[1] + "+" + secret)
		must(err)
		signed, err := note.Sign(&note.Note{Text: string(data(words[3]))}, signer)
		must(err)
		return hex.EncodeToString(signed)
	case "open": // KEY NOTE: the text
		key, err := note.NewVerifier(string(data(words[1])))
		if err != nil {
			return "refused"
		}
		opened, err := note.Open(data(words[2]), note.VerifierList(key))
		if err != nil {
			return "refused"
		}
		return hex.EncodeToString([]byte(opened.Text))
	}
	log.Fatalf("no such question: %s", words[0])
	return ""
}

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			break
		}
		fmt.Fprintln(out, answer(strings.Fields(line)))
		must(out.Flush())
	}
}
