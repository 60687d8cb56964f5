// golang-jwt as a peer: one JSON job a line, one JSON answer a line.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/golang-jwt/jwt"
)

type job struct {
	Do       string                 `json:"do"`
	Alg      string                 `json:"alg"`
	Pem      string                 `json:"pem"`
	Secret   string                 `json:"secret"`
	Header   map[string]interface{} `json:"header"`
	Claims   jwt.MapClaims          `json:"claims"`
	Token    string                 `json:"token"`
	Issuer   string                 `json:"issuer"`
	Audience string                 `json:"audience"`
}

func (j job) signingKey() (interface{}, error) {
	switch {
	case j.Secret != "":
		return base64.StdEncoding.DecodeString(j.Secret)
	case strings.HasPrefix(j.Alg, "ES"):
		return jwt.ParseECPrivateKeyFromPEM([]byte(j.Pem))
	case j.Alg == "EdDSA":
		return jwt.ParseEdPrivateKeyFromPEM([]byte(j.Pem))
	default:
		return jwt.ParseRSAPrivateKeyFromPEM([]byte(j.Pem))
	}
}

func (j job) verifyingKey() (interface{}, error) {
	switch {
	case j.Secret != "":
		return base64.StdEncoding.DecodeString(j.Secret)
	case strings.HasPrefix(j.Alg, "ES"):
		return jwt.ParseECPublicKeyFromPEM([]byte(j.Pem))
	case j.Alg == "EdDSA":
		return jwt.ParseEdPublicKeyFromPEM([]byte(j.Pem))
	default:
		return jwt.ParseRSAPublicKeyFromPEM([]byte(j.Pem))
	}
}

func (j job) sign() (interface{}, error) {
	method := jwt.GetSigningMethod(j.Alg)
	if method == nil {
		return nil, errors.New("no such algorithm")
	}
	key, err := j.signingKey()
	if err != nil {
		return nil, err
	}
	token := jwt.NewWithClaims(method, j.Claims)
	for name, value := range j.Header {
		token.Header[name] = value
	}
	return token.SignedString(key)
}

func (j job) verify() (interface{}, error) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{j.Alg}))
	claims := jwt.MapClaims{}
	_, err := parser.ParseWithClaims(j.Token, claims, func(*jwt.Token) (interface{}, error) { return j.verifyingKey() })
	if err != nil {
		return nil, err
	}
	if !claims.VerifyIssuer(j.Issuer, true) || !claims.VerifyAudience(j.Audience, true) {
		return nil, errors.New("another issuer or audience")
	}
	return claims, nil
}

func answer(line []byte) (interface{}, error) {
	var j job
	if err := json.Unmarshal(line, &j); err != nil {
		return nil, err
	}
	if j.Do == "sign" {
		return j.sign()
	}
	return j.verify()
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		reply := map[string]interface{}{}
		if result, err := answer(lines.Bytes()); err != nil {
			reply["error"] = err.Error()
		} else {
			reply["result"] = result
		}
		text, _ := json.Marshal(reply)
		fmt.Println(string(text))
	}
}
